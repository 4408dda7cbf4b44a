import { randomInt } from 'node:crypto';
import { Writer } from '@passfob/protocol/bytes';
import { encodeClear, encodeFrame, FRAME_REQUEST, FRAME_SEALED_REQUEST } from '@passfob/protocol/frame';
import { PAYLOAD_BYTES_MAX } from '@passfob/protocol/limits';
import { connect } from 'passfob/client';
import { hostPrimitives } from 'passfob/client/primitives';
import { expect, it } from 'vitest';
import { Owner } from '../../fob/conformance/owner.ts';
import { SimulatorDriver } from '../../fob/conformance/simulator-driver.ts';
import { RFC4226_KEY } from '../../fob/conformance/vectors.ts';
import { countOf, firstSeed, LONG } from '../../kit/counts.ts';
import { Randomness } from './kit/randomness.ts';

const CASES = countOf(1_000, 20_000);
const seed = Number(process.env.PASSFOB_SEED ?? firstSeed(randomInt(2 ** 31)));

type Below = (bound: number) => number;

const noise = (below: Below, length: number): Uint8Array => Uint8Array.from({ length }, () => below(256));

/** Returns a request that anyone can make: its CRC is right, its command and fields are random. */
function clearRequest(below: Below): string {
  const out = new Writer(PAYLOAD_BYTES_MAX).number(FRAME_REQUEST, 1).number(below(256), 1);
  out.number(below(2) === 0 ? below(32) : below(256), 1).raw(noise(below, below(120)));
  return encodeClear(hostPrimitives, out);
}

/** Returns a record under no key, with a counter that may be the next. */
function sealedRequest(below: Below): string {
  const out = new Writer(PAYLOAD_BYTES_MAX).number(FRAME_SEALED_REQUEST, 1);
  out.number(below(3) === 0 ? below(2 ** 31) : below(40), 4).raw(noise(below, 9 + below(200)));
  return encodeFrame(hostPrimitives, out.done());
}

function damaged(below: Below, frame: string): string {
  const at = below(frame.length);
  const char = String.fromCharCode(below(256));
  return frame.slice(0, at) + (below(2) === 0 ? char : '') + frame.slice(at + below(3));
}

it(`the pico image, owned and in session, is unchanged by ${CASES} hostile frames from seed ${seed}`, {
  ...LONG,
  timeout: 600_000,
}, async () => {
  const driver = new SimulatorDriver();
  const owner = new Owner(driver);
  await owner.pair();
  const id = await owner.put({ secret: RFC4226_KEY });
  const before = await owner.client.call('list', { index: 0 });
  const dice = new Randomness(seed);
  const below: Below = bound => dice.below(bound);
  for (let i = 0; i < CASES; i++) {
    const frame = below(2) === 0 ? clearRequest(below) : sealedRequest(below);
    await driver.transport.send(below(3) === 0 ? damaged(below, frame) : frame);
  }
  // A last newline ends a line that damage left open.
  await driver.transport.send('\n');
  expect([driver.complaints(), (await connect(driver.transport).hello()).state]).toEqual(['', 'owned']);
  // The session still belongs to the owner.
  expect(await owner.client.call('list', { index: 0 })).toEqual(before);
  await owner.client.call('remove', { id });
  await driver.close();
});
