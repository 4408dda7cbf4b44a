import { describe, expect, it } from 'vitest';
import { NoMarks } from '../../firmware/boards/parts/absent.ts';
import { VAULT_OWNED } from '../../firmware/core/vault/vault.ts';
import { ATTEMPTS_MAX } from '../../protocol/limits.ts';
import { type Chance, makeChance } from '../../simulator/chance.ts';
import { ascii } from '../conformance/owner.ts';
import { isBigRun } from '../kit/tools.ts';
import { type ChipImage, Chips } from './kit/chips.ts';
import { KEYS } from './kit/facts.ts';
import { Leaks } from './kit/leaks.ts';
import { Token } from './kit/token.ts';

const LIVES = isBigRun ? 20 : 3;
const SEEDS = Array.from({ length: LIVES }, (_, i) => i + 1);
const STEPS = 40;
const LIMIT = 5;
/** Attacks by chance on each life, of each of three kinds. */
const ATTACKS = 30;
/** Boots of one attack on the PIN. */
const ROUNDS = 6 * LIMIT;
const IDS = [0x41000001, 0xc2000002 | 0, 0x43000003, 0xc4000004 | 0, 0x45000005];
/** First pages of the parts that someone with a programmer would put back by themselves. */
const REGIONS = [0, 1, 2, 3, 7, 9, 13, 15, 17, 26, 128];

/** What one fob went through: every state of its EEPROM, and every value that it has shown. */
interface Past {
  readonly chips: Chips;
  /** After every single write. */
  readonly images: readonly Uint8Array[];
  /** How many of them there were after each whole deed, with the HOTP presses and PINs entered until then. */
  readonly moments: readonly { readonly image: number; readonly deeds: number }[];
  readonly shown: Set<string>;
}

const lived = new Map<string, Past>();

/** The life of a seed, lived once: whoever looks back at it works on copies. @param wipe policy at the limit: 1 wipe, 0 lock */
function live(seed: number, wipe: number, hasPin = true, attempts = LIMIT): Past {
  const key = [seed, wipe, hasPin, attempts].join(' ');
  const past = lived.get(key) ?? liveThrough(seed, wipe, hasPin, attempts);
  lived.set(key, past);
  return past;
}

function liveThrough(seed: number, wipe: number, hasPin: boolean, attempts: number): Past {
  const chance = makeChance(seed, 'past');
  const chips = new Chips(chance);
  chips.utc = 1_800_000_000;
  const images: Uint8Array[] = [];
  const moments: { image: number; deeds: number }[] = [];
  const shown = new Set<string>();
  const leaks = new Leaks();
  for (const value of [...KEYS.seeds, KEYS.secrets, KEYS.dataKey, KEYS.pin, KEYS.newPin, KEYS.wrongPin]) {
    leaks.add('a secret', value);
  }
  leaks.watch(chips);
  const { onWrite } = chips;
  chips.onWrite = (bytes, address, length) => {
    onWrite(bytes, address, length);
    images.push(Uint8Array.from(bytes));
  };
  let token = new Token(chips);
  let pin: string = KEYS.pin;
  let deeds = 0;
  expect(token.adopt(KEYS.secrets, KEYS.dataKey)).toBe(true);
  Object.assign(token.vault.policy, { attempts, wipe });
  expect(token.vault.policy.save()).toBe(true);
  for (const [i, id] of IDS.entries()) {
    expect(token.put({ id, key: KEYS.seeds[i] as Uint8Array })).toBe(0);
    if (i === 2 && hasPin) expect(token.lock.choose(ascii(pin))).toBe('');
  }
  const press = () => {
    const id = chance.pick(IDS as [number, ...number[]]);
    shown.add(`${id} ${token.press(id)}`);
    deeds++;
  };
  const enter = () => {
    token = new Token(chips);
    if (!hasPin) return;
    if (chance.below(3) === 0) expect(token.enter(KEYS.wrongPin)).not.toBe('');
    expect(token.enter(pin)).toBe('');
    deeds++;
  };
  const change = () => {
    if (!hasPin) return;
    pin = pin === KEYS.pin ? KEYS.newPin : KEYS.pin;
    expect(token.lock.choose(ascii(pin))).toBe('');
    deeds++;
  };
  const rename = () => expect(token.accounts.rename(0, ascii('I'), ascii('other'))).toBe(0);
  for (let step = 0; step < STEPS; step++) {
    chance.pick([press, press, press, enter, change, rename])();
    moments.push({ image: images.length - 1, deeds });
  }
  chips.onWrite = onWrite;
  return { chips, images, moments, shown };
}

/** The same chips as they are now, but for the EEPROM, which is as it was. */
function putBack({ chips }: Past, eeprom: Uint8Array, but: Partial<ChipImage> = {}): Chips {
  const back = chips.copy();
  back.image = { ...back.image, ...but, eeprom };
  return back;
}

/** Opens it, if anything does, reads what it says, and presses for everything. Returns the values it shows. */
function valuesOf(token: Token): string[] {
  if (token.lock.dead) return [];
  for (const pin of [KEYS.pin, KEYS.newPin]) if (token.lock.closed) token.enter(pin);
  // With one wrong PIN left, the first of the two was one too many.
  if (token.lock.closed) return [];
  if (token.vault.wentBack > 0) {
    for (const id of IDS) expect(token.press(id)).toBeUndefined();
    // Switched off instead, it says so again; what only the marks knew is settled by the right PIN.
    const { chips, vault } = token;
    const isBehind = chips.seen < 0 || chips.seen > (vault.presses?.number ?? 0);
    expect(new Token(chips).vault.wentBack > 0).toBe(isBehind);
    token.vault.excuse();
  }
  return IDS.flatMap(id => [1, 2, 3].map(() => `${id} ${token.press(id)}`)).filter(
    value => !/undef/.test(value),
  );
}

/** Returns how many values came again, with a word. */
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

describe('an EEPROM put back to every state that it had', () => {
  it.each([
    ['with a PIN', true, {}],
    ['without a PIN', false, {}],
    ['with a witness that lost its number', true, { witness: -1 }],
    ['without a PIN, with a witness that lost its number', false, { witness: -1 }],
  ])(
    'shows no HOTP value twice without saying that it went back: %s',
    (_name, hasPin, but) => {
      let repeats = 0;
      for (const seed of SEEDS) repeats += expectNoValueTwice(live(seed, 0, hasPin, ATTEMPTS_MAX), but);
      // Or the test shows nothing: an old storage does repeat them, and says so.
      expect(repeats).toBeGreaterThan(100);
    },
    600_000,
  );

  it('does not open without a PIN once one was chosen, even where it was never entered', () => {
    const chips = new Chips(makeChance(1));
    const token = new Token(chips);
    expect(token.adopt(KEYS.secrets, KEYS.dataKey)).toBe(true);
    const { eeprom } = chips.image;
    expect(token.lock.choose(ascii(KEYS.pin))).toBe('');
    chips.image = { ...chips.image, eeprom };
    expect(new Token(chips).lock.dead).toBe(true);
  });

  it('says so, or does not open, whatever was pressed or entered since', () => {
    for (const seed of SEEDS) {
      const past = live(seed, 0);
      const last = past.moments.at(-1)?.deeds;
      for (const { image, deeds } of past.moments) {
        const token = new Token(putBack(past, past.images[image] as Uint8Array));
        expect(token.vault.wentBack > 0 || token.lock.dead).toBe(deeds !== last);
      }
    }
  });

  it('does not open without a PIN once one was chosen, and wipes nothing by that', () => {
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
});

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
function mixture(images: readonly Uint8Array[], chance: Chance): Uint8Array {
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
  it('are never more than the policy takes: one state again and again, for every state', () => {
    for (const seed of SEEDS) {
      const past = live(seed, wipe);
      const most = Math.max(...past.images.map(image => triesOn(past, image)));
      expect(most).toBeLessThanOrEqual(LIMIT);
      // The present state takes them all.
      expect(most).toBe(LIMIT);
    }
  }, 600_000);

  it('are never more than the policy takes: any states in turn, and any mixture of them', () => {
    for (const seed of SEEDS) {
      const past = live(seed, wipe);
      for (let attack = 0; attack < ATTACKS; attack++) {
        const chance = makeChance(seed, 'attack', attack);
        const any = (images: readonly Uint8Array[]) => images[chance.below(images.length)] as Uint8Array;
        const recent = (images: readonly Uint8Array[]) =>
          images[images.length - 1 - chance.below(20)] as Uint8Array;
        const mixed = (images: readonly Uint8Array[]) => mixture(images, chance);
        for (const choose of [any, recent, mixed]) expect(tries(past, choose)).toBeLessThanOrEqual(LIMIT);
      }
    }
  }, 600_000);
});

describe('marks that were lost with the memory of the microcontroller', () => {
  it('are there again when its owner has restored it: an older EEPROM gives no further attempts', () => {
    for (const seed of isBigRun ? SEEDS : SEEDS.slice(0, 1)) {
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
  }, 600_000);
});

describe('a board without marks', () => {
  it('counts in the EEPROM alone: put back, it takes any number of PINs; its HOTP values still come with a word', () => {
    const past = live(1, 0);
    const none = new NoMarks();
    const bare = (eeprom: Uint8Array) => {
      const chips = putBack(past, eeprom);
      Object.assign(chips.marks, { count: () => none.count(), add: () => none.add() });
      return new Token(chips);
    };
    const image = past.images.at(-1) as Uint8Array;
    const marksOfLife = past.chips.marked;
    expect(marksOfLife).toBeGreaterThan(0);
    for (let attempt = 0; attempt < 3 * LIMIT; attempt++)
      expect(bare(image).enter(KEYS.wrongPin)).not.toBe('');
    expect([KEYS.pin, KEYS.newPin].some(pin => bare(image).enter(pin) === '')).toBe(true);
    for (const eeprom of past.images) {
      const token = bare(eeprom);
      const told = token.vault.wentBack;
      const again = valuesOf(token).filter(value => past.shown.has(value));
      if (again.length > 0) expect(told).not.toBe(0);
    }
  });
});
