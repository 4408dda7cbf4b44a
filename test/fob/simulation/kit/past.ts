import { makeRandomness } from '@passfob/simulator/base/randomness';
import { expect } from 'vitest';
import { ascii } from '../../conformance/owner.ts';
import { type ChipImage, Chips } from './chips.ts';
import { KEYS } from './facts.ts';
import { Leaks } from './leaks.ts';
import { Token } from './token.ts';

const STEPS = 40;
/** Number of wrong PINs that the policy of these fobs allows. */
export const LIMIT = 5;
export const IDS = [0x41000001, 0xc2000002 | 0, 0x43000003, 0xc4000004 | 0, 0x45000005];

/** The history of one fob: every state of its EEPROM, and every value that it has shown. */
export interface Past {
  readonly chips: Chips;
  /** The states after every single write. */
  readonly images: readonly Uint8Array[];
  /** The number of images after each whole deed, with the HOTP presses and PINs entered until then. */
  readonly moments: readonly { readonly image: number; readonly deeds: number }[];
  readonly shown: Set<string>;
}

const lived = new Map<string, Past>();

/**
 * The life of a seed, lived once: later readers work on copies.
 * @param wipe policy at the limit: 1 wipe, 0 lock
 */
export function live(seed: number, wipe: number, hasPin = true, attempts = LIMIT): Past {
  const key = [seed, wipe, hasPin, attempts].join(' ');
  const past = lived.get(key) ?? liveThrough(seed, wipe, hasPin, attempts);
  lived.set(key, past);
  return past;
}

function liveThrough(seed: number, wipe: number, hasPin: boolean, attempts: number): Past {
  const chance = makeRandomness(seed, 'past');
  const chips = new Chips(chance);
  chips.utc = 1_800_000_000;
  const images: Uint8Array[] = [];
  const moments: { image: number; deeds: number }[] = [];
  const shown = new Set<string>();
  const leaks = new Leaks();
  for (const value of [...KEYS.seeds, KEYS.secrets, KEYS.dataKey, KEYS.pin, KEYS.newPin, KEYS.wrongPin])
    leaks.add('a secret', value);
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

/** Returns the present chips with an older EEPROM. */
export function putBack({ chips }: Past, eeprom: Uint8Array, but: Partial<ChipImage> = {}): Chips {
  const back = chips.copy();
  back.image = { ...back.image, ...but, eeprom };
  return back;
}
