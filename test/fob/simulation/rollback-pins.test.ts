import { VAULT_OWNED } from '@passfob/firmware/core/vault/vault';
import { makeRandomness, type Randomness } from '@passfob/simulator/base/randomness';
import { describe, expect, it } from 'vitest';
import { LONG, seedsOf } from '../../kit/counts.ts';
import type { Chips } from './kit/chips.ts';
import { KEYS } from './kit/facts.ts';
import { LIMIT, live, type Past } from './kit/past.ts';
import { Token } from './kit/token.ts';

const SEEDS = seedsOf(3, 20);
/** Random attacks on each life, of each of three kinds. */
const ATTACKS = 30;
/** Boots of one attack on the PIN. */
const ROUNDS = 6 * LIMIT;
/** First pages of the parts that an attacker with a programmer would put back one by one. */
const REGIONS = [0, 1, 2, 3, 7, 9, 13, 15, 17, 26, 128];

/** Returns a boot's knowledge besides the EEPROM, and the number of compared PINs. */
function standingOf({ secrets, marked, seen, utc, stretched }: Chips): string {
  return [secrets, marked, seen, utc, stretched].join(' ');
}

/** One boot with a wrong PIN, where it accepts one. */
function tryOnce(chips: Chips, eeprom: Uint8Array): void {
  chips.bytes = Uint8Array.from(eeprom);
  const token = new Token(chips);
  if (!token.lock.closed) {
    if (token.vault.records) throw new Error('opened without a PIN');
  } else if (!token.lock.dead) expect(token.enter(KEYS.wrongPin)).not.toBe('');
}

/**
 * Tries wrong PINs for as long as they are accepted, the EEPROM put back before each. Returns how many were compared.
 */
function tries(past: Past, choose: (images: readonly Uint8Array[]) => Uint8Array): number {
  const chips = past.chips.copy();
  // The attack may also put back states of the EEPROM that it has made.
  const images = [...past.images];
  chips.onWrite = bytes => images.push(Uint8Array.from(bytes));
  for (let round = 0; round < ROUNDS; round++) tryOnce(chips, choose(images));
  return chips.stretched;
}

/** Tries with one state of the EEPROM: after a round that leaves the other chips unchanged, all rounds are equal. */
function triesOn({ chips: present }: Past, image: Uint8Array): number {
  const chips = present.copy();
  chips.onWrite = () => {};
  let before = '';
  for (let round = 0; round < ROUNDS && before !== standingOf(chips); round++) {
    before = standingOf(chips);
    tryOnce(chips, image);
  }
  return chips.stretched;
}

/** Takes every region from another state. */
function mixture(images: readonly Uint8Array[], chance: Randomness): Uint8Array {
  const mixed = Uint8Array.from(images.at(-1) as Uint8Array);
  for (const [i, page] of REGIONS.entries()) {
    const from = images[chance.below(images.length)] as Uint8Array;
    const [start, end] = [page * 32, (REGIONS[i + 1] ?? page) * 32];
    if (chance.below(2) === 0) mixed.set(from.subarray(start, end), start);
  }
  return mixed;
}

describe.each([
  ['wipe', 1],
  ['lock', 0],
])('wrong PINs with the EEPROM put back before each, where the policy is to %s', (_name, wipe) => {
  it(
    'one state put back again and again allows no more wrong PINs than the policy, for every state',
    LONG,
    () => {
      for (const seed of SEEDS) {
        const past = live(seed, wipe);
        const most = Math.max(...past.images.map(image => triesOn(past, image)));
        expect(most).toBeLessThanOrEqual(LIMIT);
        // The present state takes them all.
        expect(most).toBe(LIMIT);
      }
    },
  );

  it('any states in turn, and any mixture of them, allow no more wrong PINs than the policy', LONG, () => {
    for (const seed of SEEDS) {
      const past = live(seed, wipe);
      for (let attack = 0; attack < ATTACKS; attack++) {
        const chance = makeRandomness(seed, 'attack', attack);
        const any = (images: readonly Uint8Array[]) => images[chance.below(images.length)] as Uint8Array;
        const recent = (images: readonly Uint8Array[]) =>
          images[images.length - 1 - chance.below(20)] as Uint8Array;
        const mixed = (images: readonly Uint8Array[]) => mixture(images, chance);
        for (const choose of [any, recent, mixed]) expect(tries(past, choose)).toBeLessThanOrEqual(LIMIT);
      }
    }
  });
});

it(
  'the attempt counter is back when its owner has restored it: an older EEPROM gives no further attempts',
  LONG,
  () => {
    for (const seed of seedsOf(1, 20)) {
      const past = live(seed, 0);
      const most = (chips: Chips) =>
        Math.max(...past.images.map(image => triesOn({ ...past, chips }, image)));
      const lost = past.chips.copy();
      lost.marked = 0;
      // Otherwise the test shows nothing: until then even a state from before the PIN opens.
      expect(() => most(lost)).toThrow('opened without a PIN');
      expect(new Token(lost).vault.state).toBe(VAULT_OWNED);
      expect(lost.marked).toBe(past.chips.marked);
      expect(most(lost)).toBeLessThanOrEqual(LIMIT);
    }
  },
);
