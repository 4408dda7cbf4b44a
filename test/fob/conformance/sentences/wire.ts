import { COMMANDS } from '@passfob/protocol/commands';
import { decodeFrame, encodeFrame } from '@passfob/protocol/frame';
import { REFUSALS } from '@passfob/protocol/refusals';
import { connect, pairingKey } from 'passfob/client';
import { hostPrimitives } from 'passfob/client/primitives';
import type { Transport } from 'passfob/transports/transport';
import { expect, it } from 'vitest';
import { someOf } from '../driver.ts';
import { random } from '../owner.ts';
import { askClear, exchange, forged, RawSession } from '../raw.ts';
import { refused } from '../refused.ts';
import type { Stage } from '../stage.ts';
import { RFC4226, RFC4226_KEY } from '../vectors.ts';
import { cable } from './cable.ts';

/** A cable that records its traffic. */
function recorded(transport: Transport): { transport: Transport; sent: string[]; received: string[] } {
  const sent: string[] = [];
  const received: string[] = [];
  transport.onText(text => received.push(text));
  return {
    transport: {
      ...transport,
      send(text) {
        sent.push(text);
        return transport.send(text);
      },
    },
    sent,
    received,
  };
}

/** The protection of a fob against everyone but its owner. */
export function wire(stage: Stage): void {
  it('a fob requires a hold for its own question, and shows the question', async () => {
    const id = await stage.owner.put({ secret: RFC4226_KEY });
    await stage.owner.toList();
    let shown: readonly string[] = [];
    const { code } = await stage.owner.client.call(
      'code',
      { id },
      {
        onPressNeeded: () => {
          void (async () => {
            shown = await stage.driver.screen();
            // Too early: the keys are deaf.
            await stage.driver.press();
            await stage.driver.advance(800);
            await stage.driver.press(1_200);
          })();
        },
      },
    );
    expect(Buffer.from(code).toString()).toBe(RFC4226[0]);
    expect(shown.join(' ')).toContain('Example alice');
    await stage.owner.client.call('remove', { id });
  });

  it('a fob answers a retry without executing it twice, and refuses a replay over reboots', async () => {
    const tape = recorded(stage.driver.transport);
    const client = connect(tape.transport);
    await client.hello();
    await client.openSession(pairingKey(stage.owner.key));
    await client.call('info', {});
    const before = tape.received.join('').split('\n').length;
    const request = tape.sent.at(-1) ?? '';
    await stage.driver.transport.send(request);
    await client.call('info', {});
    expect(tape.received.join('').split('\n').length - before).toBe(2);
    // Older than the last: the fob neither answers nor executes it.
    await stage.driver.transport.send(request);
    await client.call('clock', {});
    await stage.driver.reboot();
    const later = recorded(stage.driver.transport);
    for (const frame of tape.sent) await stage.driver.transport.send(frame);
    expect((await connect(later.transport).hello()).state).toBe('owned');
    await refused(connect(stage.driver.transport).call('info', {}), 'no-session');
  });

  sealedOnce(stage);
  unknownCodes(stage);
  cable(stage);
}

/** Answers to frames that were sent before, or that look so. */
function sealedOnce(stage: Stage): void {
  it('a fob does not answer a frame that shares only the checksum of the last request', async () => {
    const session = await RawSession.open(stage.driver, stage.owner.key);
    const frame = session.frame(COMMANDS.info[0]);
    const payload = await exchange(stage.driver, frame);
    expect(await exchange(stage.driver, frame)).toEqual(payload);
    const request = decodeFrame(hostPrimitives, frame.slice(1, -1)) ?? new Uint8Array(0);
    const other = forged(
      Uint8Array.of(...request.subarray(0, 5), ...random(9)),
      hostPrimitives.crc32(request),
    );
    expect(hostPrimitives.crc32(other)).toBe(hostPrimitives.crc32(request));
    const tape = recorded(stage.driver.transport);
    await stage.driver.transport.send(encodeFrame(hostPrimitives, other));
    // The answer to this request is the first and only one.
    expect(await askClear(stage.driver, COMMANDS.hello[0])).toContain(1);
    expect(tape.received.join('').trim().split('\n')).toHaveLength(1);
  });

  it('a fob does not answer the last request of a session again once another session has begun', async () => {
    const session = await RawSession.open(stage.driver, stage.owner.key);
    const frame = session.frame(COMMANDS.info[0]);
    await exchange(stage.driver, frame);
    await RawSession.open(stage.driver, stage.owner.key);
    const tape = recorded(stage.driver.transport);
    await stage.driver.transport.send(frame);
    await askClear(stage.driver, COMMANDS.hello[0]);
    expect(tape.received.join('').trim().split('\n')).toHaveLength(1);
  });
}

/** The sealed codes of no command; those in the clear belong to the cable alone. */
function unknownCodes(stage: Stage): void {
  const isSealed = (code: number) =>
    Object.values(COMMANDS).some(([known, , sealed]) => known === code && sealed === 1);
  const isKnown = (code: number) => Object.values(COMMANDS).some(([known]) => known === code);
  const codes = Array.from({ length: 256 }, (_, code) => code).filter(code => !isSealed(code));

  it('a fob answers "unknown command" to each unused sealed code', async () => {
    const session = await RawSession.open(stage.driver, stage.owner.key);
    for (const code of someOf(stage.driver, codes)) {
      const refusal = REFUSALS[isKnown(code) ? 'no-session' : 'unknown-command'].code;
      expect(await session.ask(code)).toEqual([code, refusal]);
    }
  });
}
