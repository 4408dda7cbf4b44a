import { Pool } from '@passfob/firmware/core/pool';
import { COMMANDS } from '@passfob/protocol/commands';
import { PAIRING_CODE_SECONDS } from '@passfob/protocol/limits';
import { pairingCodeKey } from '@passfob/protocol/pairing';
import { REFUSED_NO_SESSION, REFUSED_WRONG_PROOF } from '@passfob/protocol/refusals';
import { makeRandomness } from '@passfob/simulator/base/randomness';
import { hostPrimitives } from 'passfob/client/primitives';
import { expect, it } from 'vitest';
import { CoreFob } from '../../unit/host/kit/core-fob.ts';
import { askClear, openHalf } from '../conformance/raw.ts';
import { Chips } from './kit/chips.ts';
import { adopted, KEYS } from './kit/facts.ts';

const [PAIR] = COMMANDS.pair;
const [OPEN] = COMMANDS.open;
const [FINISH] = COMMANDS.finish;

const lineOf = (fob: CoreFob) => ({ transport: fob.plugIn().transport });

/** Returns chips with an owner. */
const owned = (secrets = KEYS.secrets): Chips => adopted(undefined, secrets).chips;

/** Boots a fob on chips, at the same time as ever, with the same seed and the same raw samples, unless given. */
function booted({ ports }: Chips, { seed = KEYS.recovery, sample = 0 } = {}): CoreFob {
  const keystore = { ...ports.keystore, birth: () => seed };
  return new CoreFob(hostPrimitives, { ...ports, keystore, entropy: { sample: () => sample } });
}

/** Shows a new pairing code. */
async function codeOf(fob: CoreFob): Promise<string> {
  expect((await askClear(lineOf(fob), PAIR)).slice(0, 2)).toEqual([PAIR, 0]);
  return fob.code;
}

it.each([
  ['a pairing code is good at finish in the last millisecond of its time', -1, [FINISH, 0]],
  [
    'a pairing code that expires between open and finish is refused at finish',
    0,
    [FINISH, REFUSED_NO_SESSION],
  ],
])('%s', async (_, laterMs, answer) => {
  const fob = new CoreFob();
  const key = pairingCodeKey(await codeOf(fob));
  const line = lineOf(fob);
  const half = await openHalf(line, key, 1);
  fob.pass(PAIRING_CODE_SECONDS * 1000 + laterMs);
  expect(await askClear(line, FINISH, ...half.ownerProof)).toEqual(answer);
});

it.each([0, 15, 16, 31])("the owner's proof is refused if only its byte %i is wrong", async at => {
  const line = lineOf(booted(owned()));
  const key = KEYS.secrets.subarray(32);
  const proof = Uint8Array.from((await openHalf(line, key)).ownerProof);
  proof[at] = (proof[at] ?? 0) ^ 1;
  expect(await askClear(line, FINISH, ...proof)).toEqual([FINISH, REFUSED_WRONG_PROOF]);
  const right = await openHalf(line, key);
  expect(await askClear(line, FINISH, ...right.ownerProof)).toEqual([FINISH, 0]);
});

const nonceOf = async (chips: Chips, nonce: number[], boot: Parameters<typeof booted>[1] = {}) =>
  (await askClear(lineOf(booted(chips, boot)), OPEN, 0, ...nonce)).slice(2, 18);
const [one, other] = [1, 2].map(byte => new Array<number>(16).fill(byte)) as [number[], number[]];

it("the fob's nonce of a session depends on the owner's nonce", async () => {
  const chips = owned();
  const nonce = await nonceOf(chips.copy(), one);
  expect(nonce).toHaveLength(16);
  // All other randomness is the same.
  expect(await nonceOf(chips.copy(), one)).toEqual(nonce);
  expect(await nonceOf(chips.copy(), other)).not.toEqual(nonce);
});

it("the fob's nonce of a session depends on the session counter", async () => {
  const chips = owned();
  const nonces = [await nonceOf(chips, one), await nonceOf(chips, one), await nonceOf(chips, one)];
  expect(new Set(nonces.map(String)).size).toBe(3);
});

it("the fob's nonce of a session depends on the device secret, the seed from flashing and the raw samples", async () => {
  const nonces = [
    await nonceOf(owned(), one),
    await nonceOf(
      owned(Uint8Array.of(...KEYS.nextSecrets.subarray(0, 32), ...KEYS.secrets.subarray(32))),
      one,
    ),
    await nonceOf(owned(), one, { seed: KEYS.otherRecovery }),
    await nonceOf(owned(), one, { sample: 1 }),
  ];
  expect(new Set(nonces.map(String)).size).toBe(4);
});

it('the pool draws other bytes each time, even with the same raw samples', () => {
  const pool = new Pool(hostPrimitives, { sample: () => 0 }, { ms: 0, utc: 0 });
  pool.seed(KEYS.recovery);
  const draws = Array.from({ length: 5 }, () => pool.draw(16).join());
  expect(new Set(draws).size).toBe(5);
});

it('a pairing code depends on the session counter', async () => {
  const chips = new Chips(makeRandomness(1));
  const code = await codeOf(booted(chips.copy()));
  expect(await codeOf(booted(chips.copy()))).toBe(code);
  const codes = [await codeOf(booted(chips)), await codeOf(booted(chips))];
  expect(codes[0]).toBe(code);
  expect(codes[1]).not.toBe(code);
});
