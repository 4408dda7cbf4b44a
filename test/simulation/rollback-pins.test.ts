import { VAULT_OWNED } from '@passfob/firmware/core/vault/vault';
import { makeRandomness, type Randomness } from '@passfob/simulator/base/randomness';
import { describe, expect, it } from 'vitest';
import { LONG, seedsOf } from '../kit/counts.ts';
import type { Chips } from './kit/chips.ts';
import { KEYS } from './kit/facts.ts';
import { LIMIT, live, type Past } from './kit/past.ts';
import { Token } from './kit/token.ts';

const SEEDS = seedsOf(3, 20);
/** Attacks by chance on each life, of each of three kinds. */
const ATTACKS = 30;
/** Boots of one attack on the PIN. */
const ROUNDS = 6 * LIMIT;
/** First pages of the parts that someone with a programmer would put back by themselves. */
const REGIONS = [0, 1, 2, 3, 7, 9, 13, 15, 17, 26, 128];

/** What a boot knows besides the EEPROM, and how many PINs were compared. */
function standingOf({ secrets, marked, seen, utc, stretched }: Chips): string {
  return [secrets, marked, seen, utc, stretched].join(' ');
}

/** One boot with a wrong PIN, where it takes one. */
function tryOnce(chips: Chips, eeprom: Uint8Array): void {
  chips.bytes = Uint8Array.from(eeprom);
  const token = new Token(chips);
  if (!token.lock.closed) {
    if (token.vault.records) throw new Error('opened without a PIN');
  } else if (!token.lock.dead) expect(token.enter(KEYS.wrongPin)).not.toBe('');
}

/** Tries wrong PINs for as long as it takes them, the EEPROM put back before each. Returns how many were compared. */
function tries(past: Past, choose: (images: readonly Uint8Array[]) => Uint8Array): number {
  const chips = past.chips.copy();
  // States of the EEPROM that the attack itself makes may be put back as well.
  const images = [...past.images];
  chips.onWrite = bytes => images.push(Uint8Array.from(bytes));
  for (let round = 0; round < ROUNDS; round++) tryOnce(chips, choose(images));
  return chips.stretched;
}

/** The same with one state of the EEPROM: after a round that leaves the other chips as they were, all are like it. */
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

/** Every region from another state. */
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
  it('are never more than the policy takes: one state again and again, for every state', {
    ...LONG,
    timeout: 600_000,
  }, () => {
    for (const seed of SEEDS) {
      const past = live(seed, wipe);
      const most = Math.max(...past.images.map(image => triesOn(past, image)));
      expect(most).toBeLessThanOrEqual(LIMIT);
      // The present state takes them all.
      expect(most).toBe(LIMIT);
    }
  });

  it('are never more than the policy takes: any states in turn, and any mixture of them', {
    ...LONG,
    timeout: 600_000,
  }, () => {
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

describe('marks that were lost with the memory of the microcontroller', () => {
  it('are there again when its owner has restored it: an older EEPROM gives no further attempts', {
    ...LONG,
    timeout: 600_000,
  }, () => {
    for (const seed of seedsOf(1, 20)) {
      const past = live(seed, 0);
      const most = (chips: Chips) =>
        Math.max(...past.images.map(image => triesOn({ ...past, chips }, image)));
      const lost = past.chips.copy();
      lost.marked = 0;
      // Or the test shows nothing: until then even one from before there was a PIN opens.
      expect(() => most(lost)).toThrow('opened without a PIN');
      expect(new Token(lost).vault.state).toBe(VAULT_OWNED);
      expect(lost.marked).toBe(past.chips.marked);
      expect(most(lost)).toBeLessThanOrEqual(LIMIT);
    }
  });
});
