import { VAULT_BLANK, VAULT_OWNED } from '@passfob/firmware/core/vault/vault';
import { makeRandomness } from '@passfob/simulator/base/randomness';
import { expect, it } from 'vitest';
import { LONG, seedsOf } from '../../kit/counts.ts';
import { Chips, PowerCut, TEARS } from './kit/chips.ts';
import { type Facts, factsOf, KEYS } from './kit/facts.ts';
import { Leaks } from './kit/leaks.ts';
import { PLAYS, type Play } from './kit/plays.ts';
import { Token } from './kit/token.ts';

/** Every seed tears the interrupted write in another way. */
const SEEDS = seedsOf(2, 12);

const leaks = new Leaks();
for (const [name, value] of Object.entries({ ...KEYS, seeds: undefined })) {
  if (value) leaks.add(name, value);
}
for (const seed of KEYS.seeds) leaks.add('a seed', seed);
leaks.add('device secret', KEYS.secrets.subarray(0, 32));
leaks.add('pairing key', KEYS.secrets.subarray(32));

/** Runs work; returns false where the power went in it. */
function gotThrough(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
    return false;
  }
}

/** Checks that the fob works in any state: it takes an account, or an owner. */
function expectUsable(chips: Chips, facts: Facts): void {
  const token = new Token(chips.copy());
  if (facts.state === VAULT_BLANK) {
    expect(token.adopt(KEYS.nextSecrets, KEYS.dataKey)).toBe(true);
    expect([token.accounts.count, token.lock.failures, token.lock.dead]).toEqual([0, 0, false]);
    expect(token.escrowed).toBe(false);
    const again = new Token(token.chips);
    expect([again.vault.state, again.vault.wentBack]).toEqual([VAULT_OWNED, 0]);
    return;
  }
  if (facts.isDead) return;
  if (token.lock.closed) expect(token.enter(facts.opensBy === 'old' ? KEYS.pin : KEYS.newPin)).toBe('');
  token.vault.excuse();
  const id = 0x7f000102;
  const { count } = token.accounts;
  expect(token.put({ id, key: KEYS.seeds[7] as Uint8Array })).toBe(0);
  expect(token.press(id)).toMatch(/^\d{6}$/);
  const again = new Token(token.chips);
  if (again.lock.closed) again.enter(facts.opensBy === 'old' ? KEYS.pin : KEYS.newPin);
  expect(again.accounts.count).toBe(count + 1);
  expect(again.accounts.read(again.accounts.placeOf(id))?.counter).toBe(1);
}

/** Checks that all facts are as before or all as after, except those that the play names. */
function expectBeforeOrAfter(play: Play, chips: Chips, before: Facts, after: Facts): Facts {
  const found = factsOf(chips);
  const seen: Record<string, unknown> = { ...found };
  for (const [name, values] of Object.entries(play.between ?? {})) {
    const fact = name as keyof Facts;
    expect([...values, before[fact], after[fact]]).toContain(found[fact]);
    seen[name] = 'one of them';
  }
  const but = Object.fromEntries(Object.keys(play.between ?? {}).map(name => [name, 'one of them']));
  const isBefore = JSON.stringify({ ...before, ...but }) === JSON.stringify(seen);
  expect(seen).toEqual(isBefore ? { ...before, ...but } : { ...after, ...but });
  // Exactly one PIN, or none.
  expect(found.opensBy).not.toContain(',');
  expectUsable(chips, found);
  return found;
}

/** Cuts the power in every write of the work, and in every write of the boot after it. Returns how many there are. */
function cutEverywhere(play: Play, seed: number): number {
  const start = new Chips(makeRandomness(seed, 'start'));
  play.prepare(start);
  leaks.watch(start);
  const before = factsOf(start);
  const done = start.copy();
  play.work(play.begin(done), done);
  const after = factsOf(done);
  let cuts = 0;
  for (const tear of TEARS) {
    for (cuts = 1; ; cuts++) {
      const chips = start.copy(makeRandomness(seed, cuts, tear));
      const token = play.begin(chips);
      chips.stretched = 0;
      chips.cutAt(cuts, tear);
      const isThrough = gotThrough(() => play.work(token, chips));
      chips.keepPower();
      if (isThrough) break;
      try {
        const found = expectBeforeOrAfter(play, chips, before, after);
        if (play.counts && chips.stretched > 0) expect(found.failures).not.toBe(before.failures);
        for (let again = 1; ; again++) {
          const booted = chips.copy(makeRandomness(seed, cuts, tear, again));
          booted.cutAt(again, TEARS[(seed + again) % 3] ?? 'part');
          const boots = gotThrough(() => new Token(booted));
          booted.keepPower();
          if (boots) break;
          expectBeforeOrAfter(play, booted, before, after);
        }
      } catch (error) {
        throw new Error(`seed ${seed}, cut in write ${cuts}, ${tear} of it`, { cause: error });
      }
    }
  }
  return cuts - 1;
}

it.each(Object.entries(PLAYS))(
  'a vault opens as before or after a power cut in every write of: %s',
  LONG,
  (_name, play) => {
    for (const seed of SEEDS) expect(cutEverywhere(play, seed)).toBe(play.writes);
  },
);
