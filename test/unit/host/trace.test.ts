import { randomBytes } from 'node:crypto';
import { Deframer, decodeFrame } from '@passfob/protocol/frame';
import { connect } from 'passfob/client/client';
import { hostPrimitives } from 'passfob/client/primitives';
import { traced } from 'passfob/client/trace';
import { enroll } from 'passfob/commands/enroll';
import { pair } from 'passfob/commands/pair';
import { parseOtpauth } from 'passfob/enrol/otpauth';
import type { Transport } from 'passfob/transports/transport';
import { expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { CoreFob } from './kit/core-fob.ts';
import { workplace } from './kit/workplace.ts';

const URI = secret('otpauth://totp/Example:bob?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example');
const PATIENCE = { answerTimeoutMs: 5_000, sendsMax: 1 };
const LEFT_OUT = 'left out: of a session opened by a pairing code';

/** Records the traffic on the wire, in order. */
function recorded(transport: Transport) {
  const frames: { way: '>' | '<'; payload: Buffer }[] = [];
  const recorder = (way: '>' | '<') => {
    const deframer = new Deframer();
    return (text: string) =>
      deframer.receive(text, frame => {
        const payload = decodeFrame(hostPrimitives, frame);
        if (payload !== undefined) frames.push({ way, payload: Buffer.from(payload) });
      });
  };
  const sent = recorder('>');
  transport.onText(recorder('<'));
  const tapped: Transport = {
    ...transport,
    send(text) {
      sent(text);
      return transport.send(text);
    },
  };
  return { tapped, frames };
}

/** A fob paired by code, with one account, while a recorder and the trace of the command line run. */
async function pairedWithTrace() {
  const fob = new CoreFob();
  const place = workplace(fob);
  const { tapped, frames } = recorded(fob.plugIn().transport);
  const lines: string[] = [];
  let ms = 0;
  const say = (line: string) => lines.push(line);
  const client = connect(
    traced(tapped, say, () => ms++),
    { patience: PATIENCE },
  );
  const given: Uint8Array[] = [];
  const context = {
    ...place.context,
    random: (length: number) => {
      const bytes = secret(new Uint8Array(randomBytes(length)));
      given.push(bytes);
      return bytes;
    },
  };
  const traceable = { address: 'cable', client, hello: await client.hello() };
  await pair(context, traceable, { askCode: async () => fob.code });
  await enroll(context, { ...traceable, hello: await client.hello() }, parseOtpauth(URI));
  return { frames, lines, given };
}

it('a trace has a line for every frame both ways, but of a session that a pairing code opens it leaves out all', async () => {
  const { frames, lines, given } = await pairedWithTrace();
  expect(lines.length).toBeGreaterThan(20);
  expect(lines.map(line => /^([<>]) \d+ /.exec(line)?.[1])).toEqual(frames.map(({ way }) => way));
  const opens = frames.flatMap(({ way, payload }, at) =>
    way === '>' && payload[0] === 1 && payload[2] === 3 ? [{ at, isByCode: payload[3] === 1 }] : [],
  );
  expect(opens.map(({ isByCode }) => isByCode)).toEqual([true, false, false]);
  const [byCode, byKey] = opens.map(({ at }) => at);
  for (const [at, line] of lines.entries()) {
    const isLeftOut = at >= (byCode ?? 0) && at < (byKey ?? 0);
    expect(line.replace(/^[<>] \d+ /, '')).toBe(isLeftOut ? LEFT_OUT : frames[at]?.payload.toString('hex'));
  }
  // The trace holds nothing of the recorded bytes: no nonce, no proof, no sealed secret.
  const all = lines.join('\n');
  for (const { payload } of frames.slice(byCode, byKey)) {
    if (payload.length > 8) expect(all).not.toContain(payload.subarray(3).toString('hex'));
  }
  // Nonces are public; keys are the longer ones.
  for (const bytes of [...given.filter(({ length }) => length >= 32), Buffer.from('12345678901234567890')])
    expect(all).not.toContain(Buffer.from(bytes).toString('hex'));
});

it('a late sealed frame of a session opened by a code is left out, until the next session is open', () => {
  const lines: string[] = [];
  let receive: (text: string) => void = () => undefined;
  const wire = {
    ...new CoreFob().plugIn().transport,
    send: async () => undefined,
    onText: (listener: (text: string) => void) => {
      receive = listener;
      return () => undefined;
    },
  };
  const transport = traced(
    wire,
    line => lines.push(line.replace(/^[<>] \d+ /, '')),
    () => 0,
  );
  const open = (kind: number) => clear([1, 7, 3, kind, ...randomBytes(16)]);
  const finish = clear([1, 8, 4, ...randomBytes(32)]);
  const sealed = `~${Buffer.from([4, ...randomBytes(20)]).toString('base64')}\n`;
  const isLeftOut = () => lines.at(-1) === LEFT_OUT;
  receive(sealed);
  expect(isLeftOut()).toBe(false);
  for (const text of [open(1), finish]) {
    void transport.send(text);
    expect(isLeftOut()).toBe(true);
  }
  receive(sealed);
  expect(isLeftOut()).toBe(true);
  void transport.send(open(0));
  expect(isLeftOut()).toBe(false);
  receive(sealed);
  expect(isLeftOut()).toBe(true);
  void transport.send(finish);
  receive(sealed);
  expect(isLeftOut()).toBe(false);
});

/** Returns a clear frame with its CRC. */
function clear(payload: number[]): string {
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(hostPrimitives.crc32(Uint8Array.from(payload)));
  return `~${Buffer.concat([Buffer.from(payload), crc]).toString('base64')}\n`;
}
