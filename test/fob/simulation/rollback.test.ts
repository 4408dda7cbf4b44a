import { NoAttemptCounter } from '@passfob/firmware/boards/parts/absent';
import { VAULT_OWNED } from '@passfob/firmware/core/vault/vault';
import { ATTEMPTS_MAX } from '@passfob/protocol/limits';
import { expect, it } from 'vitest';
import { LONG, seedsOf } from '../../kit/counts.ts';
import { ascii } from '../conformance/owner.ts';
import type { ChipImage } from './kit/chips.ts';
import { adopted, KEYS } from './kit/facts.ts';
import { IDS, LIMIT, live, type Past, putBack } from './kit/past.ts';
import { Token } from './kit/token.ts';

const SEEDS = seedsOf(3, 20);

/** Opens the vault, if possible, reads its reports, and presses for every value. Returns the shown values. */
function valuesOf(token: Token): string[] {
  if (token.lock.dead) return [];
  for (const pin of [KEYS.pin, KEYS.newPin]) if (token.lock.closed) token.enter(pin);
  // With one wrong PIN left, the first of the two was one too many.
  if (token.lock.closed) return [];
  if (token.vault.wentBack > 0) {
    for (const id of IDS) expect(token.press(id)).toBeUndefined();
    // After a power-off the fob says so again; the right PIN settles the facts that only the attempt counter knew.
    const { chips, vault } = token;
    const isBehind = chips.seen < 0 || chips.seen > (vault.presses?.number ?? 0);
    expect(new Token(chips).vault.wentBack > 0).toBe(isBehind);
    token.vault.excuse();
  }
  return IDS.flatMap(id => [1, 2, 3].map(() => `${id} ${token.press(id)}`)).filter(
    value => !/undef/.test(value),
  );
}

/** Returns how many values came again, with a warning. */
function expectNoValueTwice(past: Past, but: Partial<ChipImage>): number {
  let repeats = 0;
  for (const [i, eeprom] of past.images.entries()) {
    const token = new Token(putBack(past, eeprom, but));
    const told = token.vault.wentBack;
    const again = valuesOf(token).filter(value => past.shown.has(value));
    if (again.length > 0 && told === 0)
      throw new Error(`image ${i}: a value was shown again, and nothing said`);
    repeats += again.length;
  }
  return repeats;
}

it.each([
  ['with a PIN', true, {}],
  ['without a PIN', false, {}],
  ['with an anti-rollback counter that lost its number', true, { witness: -1 }],
  ['without a PIN, with an anti-rollback counter that lost its number', false, { witness: -1 }],
])('a fob put back shows no HOTP value twice without a warning: %s', LONG, (_name, hasPin, but) => {
  let repeats = 0;
  for (const seed of SEEDS) repeats += expectNoValueTwice(live(seed, 0, hasPin, ATTEMPTS_MAX), but);
  // Otherwise the test shows nothing: an old storage does repeat them, and says so.
  expect(repeats).toBeGreaterThan(100);
});

it('a fob put back does not open without a PIN once one was chosen, even where it was never entered', () => {
  const { chips, lock } = adopted();
  const { eeprom } = chips.image;
  expect(lock.choose(ascii(KEYS.pin))).toBe('');
  chips.image = { ...chips.image, eeprom };
  expect(new Token(chips).lock.dead).toBe(true);
});

it('a fob put back warns, or does not open, whatever was pressed or entered since', LONG, () => {
  for (const seed of SEEDS) {
    const past = live(seed, 0);
    const last = past.moments.at(-1)?.deeds;
    for (const { image, deeds } of past.moments) {
      const token = new Token(putBack(past, past.images[image] as Uint8Array));
      expect(token.vault.wentBack > 0 || token.lock.dead).toBe(deeds !== last);
    }
  }
});

it('a fob put back does not open without a chosen PIN, and wipes nothing by that', LONG, () => {
  for (const seed of SEEDS) {
    const past = live(seed, 1);
    let before = 0;
    for (const eeprom of past.images) {
      const token = new Token(putBack(past, eeprom));
      if (!token.vault.outdated) continue;
      before++;
      expect([token.lock.closed, token.lock.dead, token.vault.state]).toEqual([true, true, VAULT_OWNED]);
      expect(token.accounts.count).toBe(0);
      for (const pin of [KEYS.pin, KEYS.newPin, KEYS.wrongPin, '']) {
        expect(token.lock.check(ascii(pin))).not.toBe('');
        expect(token.vault.records).toBeUndefined();
      }
    }
    expect(before).toBeGreaterThan(10);
  }
});

it('without an attempt counter a fob put back takes any number of PINs, and warns of repeated HOTP values', () => {
  const past = live(1, 0);
  const none = new NoAttemptCounter();
  const bare = (eeprom: Uint8Array) => {
    const chips = putBack(past, eeprom);
    Object.assign(chips.marks, { count: () => none.count(), add: () => none.add() });
    return new Token(chips);
  };
  const image = past.images.at(-1) as Uint8Array;
  const marksOfLife = past.chips.marked;
  expect(marksOfLife).toBeGreaterThan(0);
  for (let attempt = 0; attempt < 3 * LIMIT; attempt++) expect(bare(image).enter(KEYS.wrongPin)).not.toBe('');
  expect([KEYS.pin, KEYS.newPin].some(pin => bare(image).enter(pin) === '')).toBe(true);
  for (const eeprom of past.images) {
    const token = bare(eeprom);
    const told = token.vault.wentBack;
    const again = valuesOf(token).filter(value => past.shown.has(value));
    if (again.length > 0) expect(told).not.toBe(0);
  }
});
