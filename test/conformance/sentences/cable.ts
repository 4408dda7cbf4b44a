import { Writer } from '@passfob/protocol/bytes';
import { COMMANDS } from '@passfob/protocol/commands';
import { Deframer, decodeFrame, encodeClear, FRAME_REQUEST } from '@passfob/protocol/frame';
import { PAYLOAD_BYTES_MAX } from '@passfob/protocol/limits';
import { REFUSALS } from '@passfob/protocol/refusals';
import { connect, pairingKey } from 'passfob/client';
import { hostPrimitives as primitives } from 'passfob/client/primitives';
import type { Transport } from 'passfob/transports/transport';
import { expect, it } from 'vitest';
import { random } from '../owner.ts';
import { refused } from '../refused.ts';

/** A fob of which only the cable can be used: nobody reads its screen or presses its button. */
export interface CableStage {
  readonly driver: { readonly transport: Transport };
}

/** Longest wait for an answer; without it a lost frame would stop the test for good. */
const ANSWER_MS = 5_000;
/** Requests of the loss test, and the longest body that a frame holds beside its own bytes. */
const REQUESTS = 200;
const BODY_MAX = 200;
/** A code that no command has. */
const UNUSED_CODE = 0xee;
/** Noise that a receiver has to skip, with characters that Espruino cannot decode. */
const NOISE = ['~==\n', '~=\n', '~ ==\n', '~A===\n', '~====\n', '~AAAA    \n', '~~~\n', '\x03\x11\x13>'];

let sequence = 0;

/**
 * Sends a request in the clear and returns the answer behind type and sequence number.
 * @throws Error if none came in time
 */
function asked({ driver: { transport } }: CableStage, ...bytes: number[]): Promise<number[]> {
  const own = ++sequence & 255;
  const request = new Writer(PAYLOAD_BYTES_MAX).byte(FRAME_REQUEST).byte(own).raw(Uint8Array.from(bytes));
  const deframer = new Deframer();
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      stop();
      finish();
    };
    const timer = setTimeout(() => {
      settle(() => reject(new Error(`the fob did not answer a request of ${bytes.length} bytes`)));
    }, ANSWER_MS);
    // A late answer to an earlier request has another number.
    const stop = transport.onText(chunk =>
      deframer.receive(chunk, text => {
        const payload = decodeFrame(primitives, text);
        if (payload?.[1] === own) settle(() => resolve([...payload.subarray(2)]));
      }),
    );
    transport.send(encodeClear(primitives, request)).catch(error => settle(() => reject(error)));
  });
}

/**
 * The behaviour of every fob, owned or blank, that a cable alone can prove. It changes nothing on the fob but a number of
 * its session counter.
 */
export function cable(stage: CableStage): void {
  const { code: unknownCommand } = REFUSALS['unknown-command'];
  const { code: noSession } = REFUSALS['no-session'];

  it('a fob says the same hello twice: serial, board, firmware, state and algorithms', async () => {
    const first = await connect(stage.driver.transport).hello();
    expect(first.serial).toMatch(/^PF-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    expect(first.board).toMatch(/^[a-z0-9-]+$/);
    expect(first.firmware).toMatch(/^\d+\.\d+\.\d+/);
    expect(await connect(stage.driver.transport).hello()).toEqual(first);
  });

  it('a fob answers after any noise on the cable', async () => {
    for (const noise of NOISE) await stage.driver.transport.send(noise);
    await stage.driver.transport.send('x'.repeat(50));
    expect((await asked(stage, COMMANDS.hello[0]))[0]).toBe(COMMANDS.hello[0]);
  });

  it('a fob loses none of 200 requests of random length', async () => {
    let lost = 0;
    for (let sent = 0; sent < REQUESTS; sent++) {
      const body = random((random(1)[0] ?? 0) % BODY_MAX);
      const answer = await asked(stage, UNUSED_CODE, ...body).catch(() => undefined);
      if (answer?.[1] !== unknownCommand) lost++;
    }
    expect(lost).toBe(0);
  });

  it('a fob without a session refuses each command that needs one, and each unknown code', {
    timeout: 600_000,
  }, async () => {
    const known = Object.values(COMMANDS);
    const clear: readonly number[] = known.filter(command => command[2] === 0).map(([code]) => code);
    const sealed: readonly number[] = known.filter(command => command[2] === 1).map(([code]) => code);
    for (let code = 0; code < 256; code++) {
      if (clear.includes(code)) continue;
      expect(await asked(stage, code)).toEqual([code, sealed.includes(code) ? noSession : unknownCommand]);
    }
  });

  it('a fob refuses a request that ends before its command', async () => {
    expect(await asked(stage)).toEqual([0, unknownCommand]);
  });

  it('a fob opens no session for a stranger', async () => {
    const stranger = connect(stage.driver.transport);
    const { state } = await stranger.hello();
    const refusal = state === 'owned' ? 'not-authentic' : 'not-paired';
    await refused(stranger.openSession(pairingKey(random(32))), refusal);
    if (state === 'owned') await refused(stranger.startPairing(), 'already-owned');
  });
}
