import { createServer } from 'node:net';
import { ptyFront } from '@passfob/simulator/ports/pty';
import { closeAll } from 'passfob/commands/find';
import { probeAll } from 'passfob/commands/probe';
import { PROBE_SENDS_MAX, PROBE_SIBLING_MS, PROBE_TIMEOUT_MS } from 'passfob/limits';
import type { Address } from 'passfob/transports/discover';
import { expect, onTestFinished } from 'vitest';
import { itNeeds } from '../../../kit/tools.ts';
import { CoreFob } from '../kit/core-fob.ts';
import { needsPty } from '../kit/simulated-fob.ts';

/** A fob's core behind a TCP port of this machine, which stands for the answering port of a board. */
async function answering(): Promise<Address> {
  const server = createServer(socket => {
    const { transport } = new CoreFob().plugIn();
    socket.on('data', bytes => void transport.send(bytes.toString('latin1')));
    transport.onText(text => void socket.write(text, 'latin1'));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { kind: 'tcp', host: '127.0.0.1', port: (server.address() as { port: number }).port };
}

itNeeds(needsPty, 'the silent port of an answering board is not waited for', async () => {
  const heard: string[] = [];
  const quiet = await ptyFront({
    write: bytes => void heard.push(String(bytes)),
    onData: () => () => undefined,
  });
  onTestFinished(() => quiet.close());
  const at = (address: Address, usbSerial: string) => ({
    address,
    usbSerial,
    usbId: undefined,
    isLikely: true,
    isShared: false,
  });
  const serial: Address = { kind: 'serial', path: quiet.path };
  const tcp = await answering();

  const timesAsked = async (usbSerial: string) => {
    heard.length = 0;
    const probed = await probeAll([at(serial, '3041'), at(tcp, usbSerial)]);
    const found = probed.flatMap(one => (one.status === 'fulfilled' ? [one.value] : []));
    await closeAll(found);
    expect(found.map(one => ('client' in one ? 'fob' : one.error.kind))).toEqual(['no-answer', 'fob']);
    // A request is a line; several arrive at once when the computer is slow to read.
    return heard.join('').split('\n').length - 1;
  };
  expect(PROBE_SIBLING_MS).toBeLessThan(PROBE_TIMEOUT_MS);
  // It is asked once, and not again after the first wait.
  expect(await timesAsked('3041')).toBeLessThan(PROBE_SENDS_MAX);
  expect(await timesAsked('9999')).toBe(PROBE_SENDS_MAX);
});
