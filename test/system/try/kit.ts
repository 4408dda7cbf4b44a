import { randomBytes } from 'node:crypto';
import { FobDriver } from '@passfob/demo/try/fob/driver';
import type { TryBoard } from '@passfob/demo/try/fob/messages';
import { listeners, type WorkerPort } from '@passfob/demo/try/fob/port';
import { fobTransport } from '@passfob/demo/try/fob/transport';
import { UserService } from '@passfob/demo/try/service/service';
import type { ScreenState } from '@passfob/simulator/display';
import { boot } from '@passfob/simulator/fob/boot';
import { builtImage } from '@passfob/simulator/fob/built-image';
import { connect } from 'passfob/client';
import { expect, onTestFinished } from 'vitest';
import { secret } from '../../kit/secrets.ts';

/** A fob's second takes a fifth of a second, so that holds and questions do not take the time of a person. */
const SPEED = 5;
const HOLD_MS = 900;
const APPROVE_MS = 1_300;

export const random = (length: number): Uint8Array => secret(new Uint8Array(randomBytes(length)));

/** A fob and its service as the page puts them together, without a page or a worker. */
export type Stand = ReturnType<typeof stand>;

/** Boots a fob with its service; both end with the test. */
export function stand(board: TryBoard = 'pico', user = 'Anna') {
  const beganMs = Date.parse('2026-03-01T12:00:00Z');
  let travelledMs = 0;
  const clock = () => performance.now() * SPEED;
  const bootedMs = clock();
  /** The page's time, ms since 1970. */
  const now = () => beganMs + clock() - bootedMs + travelledMs;
  const { tell, listen } = listeners();
  const driver = new FobDriver({ boot, now: clock, random, post: message => setImmediate(tell, message) });
  const timer = setInterval(() => driver.tick(), 4);
  const port: WorkerPort = {
    send: message => driver.receive(structuredClone(message)),
    listen,
    close: () => clearInterval(timer),
  };
  let shown: ScreenState | undefined;
  const failures: string[] = [];
  listen(message => {
    if (message.tell === 'screen') shown = message.screen;
    if (message.tell === 'failed') failures.push(message.why);
  });
  const client = connect(fobTransport(port, 'the simulated fob'), { random });
  onTestFinished(async () => {
    await client.close();
    port.close();
  });
  port.send({ do: 'boot', board, image: builtImage(board), nowMs: now() });
  const screen = (): ScreenState => {
    if (shown === undefined) throw new Error('no screen was shown');
    return shown;
  };
  return {
    port,
    service: new UserService(user, client, { now, random }),
    failures,
    now,
    travel(ms: number) {
      travelledMs += ms;
      port.send({ do: 'travel', ms });
    },
    screen,
    /** Waits until the display shows a text, and returns it. */
    async shows(pattern: RegExp): Promise<string> {
      await expect.poll(() => shown?.text.join('\n') ?? '').toMatch(pattern);
      return screen().text.join('\n');
    },
    // Down and up at once: the driver makes a press of it, however busy this machine is.
    async press() {
      port.send({ do: 'key', key: 0, down: true });
      port.send({ do: 'key', key: 0, down: false });
      await pauseMs(600);
    },
    hold: () => held(port, HOLD_MS),
    approve: () => held(port, APPROVE_MS),
  };
}

async function held(port: WorkerPort, ms: number): Promise<void> {
  port.send({ do: 'key', key: 0, down: true });
  await pauseMs(ms);
  port.send({ do: 'key', key: 0, down: false });
  await pauseMs(100);
}

/** Waits, in milliseconds of the fob. */
export function pauseMs(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms / SPEED));
}

/** Reads the pairing code from the display: 18 characters in groups of three. */
export async function pair({ service, shows, screen }: Stand): Promise<void> {
  await service.startPairing();
  await shows(/(?:[0-9a-z]{3}\s+){5}[0-9a-z]{3}/);
  const text = screen().text.slice(2).join(' ');
  const code = (text.match(/\b[0-9a-z]{3}\b/g) ?? []).join('');
  await service.finishPairing(code);
}
