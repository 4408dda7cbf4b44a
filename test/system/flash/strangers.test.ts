import { ptyFront } from '@passfob/simulator/ports/pty';
import { flash } from 'passfob/commands/flash';
import { boardPort } from 'passfob/commands/flash-steps';
import { probePort } from 'passfob/commands/probe';
import { readAddress } from 'passfob/transports/discover';
import { namedPort } from 'passfob/transports/ports';
import { expect, onTestFinished } from 'vitest';
import { itNeeds } from '../../kit/tools.ts';
import { failure } from '../../unit/host/kit/failure.ts';
import { needsPty } from '../../unit/host/kit/simulated-fob.ts';
import { microPython } from '../../unit/host/kit/strangers.ts';
import { Board } from './kit.ts';
import { NO_QUESTIONS, ownerOf } from './owner.ts';

/** MicroPython's REPL at a pseudo-terminal, as at the USB port of a Raspberry Pi Pico. */
async function pythonPort() {
  const python = microPython();
  const received: string[] = [];
  let send: (bytes: Uint8Array) => void = () => undefined;
  const front = await ptyFront({
    write(bytes) {
      const text = Buffer.from(bytes).toString('latin1');
      received.push(text);
      send(Buffer.from(python.answer(text), 'latin1'));
    },
    onData(listener) {
      send = listener;
      return () => undefined;
    },
  });
  onTestFinished(() => front.close());
  return { path: front.path, received, harm: python.harm };
}

const PATIENCE = { probe: { answerTimeoutMs: 400, sendsMax: 2 }, consoleMs: 400, restartMs: 300 };

itNeeds(needsPty, 'MicroPython at the port of a board to flash gets a newline and nothing else', async () => {
  const { path, received, harm } = await pythonPort();
  const { context } = ownerOf(() => new Board());
  const port = { ...(await boardPort({ port: path })), patience: PATIENCE };
  const options = { board: 'rpi-pico', isDryRun: false, ...NO_QUESTIONS } as const;
  expect((await failure(flash(context, port, options))).message).toMatch(
    /^Neither a fob nor an Espruino answers at /,
  );
  expect([received.join(''), harm]).toEqual(['\n', []]);
});

itNeeds(
  needsPty,
  'MicroPython at a shared port gets a newline from a search for fobs and nothing else',
  async () => {
    const { path, received, harm } = await pythonPort();
    const shared = { ...namedPort(readAddress(path)), isShared: true };
    const found = await probePort(shared, undefined, PATIENCE.probe);
    expect('error' in found && found.error.kind).toBe('no-answer');
    expect([received.join(''), harm]).toEqual(['\n', []]);
  },
);
