import { KIND_OCRA, KIND_TOTP } from '@passfob/protocol/account';
import { expect } from 'vitest';
import { ascii } from '../../conformance/owner.ts';
import type { Chips } from './chips.ts';
import { type Facts, KEYS } from './facts.ts';
import { Token } from './token.ts';

const { secrets, nextSecrets, dataKey, recovery, otherRecovery, pin, newPin, wrongPin } = KEYS;
const START_UTC = 1_800_000_000;
/** Both signs of a 32-bit number. */
const IDS = [0x41000001, 0xc2000002 | 0, 0x43000003, 0xc4000004 | 0, 0x45000005] as const;
const [A, B, , , E] = IDS;
const seed = (which: number) => KEYS.seeds[which] as Uint8Array;

/** The setup of one operation, and the allowed states after a cut in it. */
export interface Play {
  /** Fills the chips with the state before. */
  prepare(chips: Chips): void;
  /** The steps before the work that are not cut: the boot, and the opening of the vault. */
  begin(chips: Chips): Token | undefined;
  work(token: Token | undefined, chips: Chips): void;
  /** Writes of all chips in the work. */
  readonly writes: number;
  /**
   * Facts that may change independently: as before, as after, or as here. All others change together, as before or as
   * after.
   */
  readonly between?: Partial<Record<keyof Facts, readonly unknown[]>>;
  /** Whether a PIN is compared, which must then have been counted. */
  readonly counts?: boolean;
}

/** A counter that was lost with the power is reported as unknown. */
const WITNESS_TORN = { wentBack: [2] };

const boot = (chips: Chips) => new Token(chips);

function opened(chips: Chips): Token {
  const token = new Token(chips);
  if (token.lock.closed) expect(token.enter(pin)).toBe('');
  return token;
}

/** An owned fob with a TOTP and four HOTP accounts, an escrow and the time. */
function adopt(chips: Chips): Token {
  chips.utc = START_UTC;
  const token = new Token(chips);
  expect(token.adopt(secrets, dataKey)).toBe(true);
  expect(token.vault.escrow(recovery)).toBe(true);
  expect(token.time.set(START_UTC)).toBe(true);
  for (const [i, id] of IDS.entries()) {
    const account = { id, key: seed(i), label: `account ${i}`, counter: i * 10 };
    expect(token.put(i === 0 ? { ...account, kind: KIND_TOTP, counter: 0 } : account)).toBe(0);
  }
  return token;
}

function adoptWithPin(chips: Chips): Token {
  const token = adopt(chips);
  const { policy } = token.vault;
  Object.assign(policy, { pinDigits: 6, attempts: 5 });
  expect(policy.save()).toBe(true);
  expect(token.lock.choose(ascii(pin))).toBe('');
  return token;
}

/** A fob with some wrong PINs already; after the allowed number, the next is one too many. */
function afterWrongPins(count: number, policy: object = {}): (chips: Chips) => void {
  return chips => {
    const token = adoptWithPin(chips);
    Object.assign(token.vault.policy, policy);
    expect(token.vault.policy.save()).toBe(true);
    token.lock.close();
    for (let i = 0; i < count; i++) expect(token.enter(wrongPin)).not.toBe('');
    expect(token.lock.failures).toBe(count);
    token.wait(token.lock.wait);
  };
}

/** Work on the open vault of a fob with a PIN. */
function onOpen(writes: number, work: (token: Token) => unknown, expected: unknown = true): Play {
  return {
    prepare: adoptWithPin,
    begin: opened,
    work: token => expect(token && work(token)).toBe(expected),
    writes,
  };
}

const put = (kind: number) => (token: Token) =>
  token.put({ id: 0x7e000101, kind, key: seed(6), label: 'new' });
const place = (token: Token, id: number) => token.accounts.placeOf(id);
const move = (id: number, to: number) => (token: Token) => token.accounts.move(place(token, id), to);
const pressed = (token: Token) => token.press(E) !== undefined;

export const PLAYS: Readonly<Record<string, Play>> = {
  adopt: {
    prepare: chips => {
      chips.utc = START_UTC;
    },
    begin: boot,
    work: token => expect(token?.adopt(secrets, dataKey)).toBe(true),
    writes: 7,
  },
  'adopt, after another owner': {
    prepare: chips => {
      const token = adoptWithPin(chips);
      token.lock.close();
      for (let i = 0; i < 3; i++) token.enter(wrongPin);
      token.enter(pin);
      for (let i = 0; i < 5; i++) expect(token.press(B)).toBeDefined();
      expect(token.vault.erase()).toBe(true);
    },
    begin: boot,
    work: token => expect(token?.adopt(nextSecrets, dataKey)).toBe(true),
    writes: 12,
  },
  'put a TOTP account': onOpen(4, put(KIND_TOTP), 0),
  'put a HOTP account': onOpen(4, put(1), 0),
  'put an OCRA account': onOpen(4, put(KIND_OCRA), 0),
  remove: onOpen(5, token => token.accounts.remove(place(token, A))),
  'remove an account of the press journal': {
    ...onOpen(7, token => token.accounts.remove(place(token, B))),
    prepare: chips => expect(adoptWithPin(chips).press(B)).toBeDefined(),
    between: WITNESS_TORN,
  },
  rename: onOpen(5, token => token.accounts.rename(place(token, B), ascii('New'), ascii('name')), 0),
  'move to the end': onOpen(5, move(A, 4)),
  'move to where room must be made': onOpen(30, move(E, 1)),
  'press for a HOTP': { ...onOpen(2, pressed), between: WITNESS_TORN },
  'press that puts a fourth account into its record': {
    ...onOpen(7, pressed),
    between: WITNESS_TORN,
    prepare: chips => {
      const token = adoptWithPin(chips);
      for (const id of IDS.slice(1, 4)) expect(token.press(id)).toBeDefined();
    },
  },
  'choose the first PIN': {
    prepare: adopt,
    begin: boot,
    work: token => expect(token?.lock.choose(ascii(pin))).toBe(''),
    writes: 6,
    between: { failures: [0, 1] },
  },
  'change the PIN': {
    ...onOpen(6, token => token.lock.choose(ascii(newPin)), ''),
    between: { failures: [0, 1] },
  },
  'enter a wrong PIN': {
    prepare: afterWrongPins(2),
    begin: boot,
    work: token => expect(token?.enter(wrongPin)).not.toBe(''),
    writes: 2,
    counts: true,
  },
  'enter the right PIN': {
    prepare: afterWrongPins(2),
    begin: boot,
    work: token => expect(token?.enter(pin)).toBe(''),
    writes: 3,
    between: { failures: [3] },
    counts: true,
  },
  'lock and unlock': {
    ...onOpen(
      3,
      token => {
        token.lock.close();
        return token.enter(pin);
      },
      '',
    ),
    between: { failures: [1] },
  },
  'escrow for the first time': {
    ...onOpen(3, token => token.vault.escrow(recovery)),
    prepare: chips => {
      chips.utc = START_UTC;
      expect(new Token(chips).adopt(secrets, dataKey)).toBe(true);
    },
  },
  'escrow under another key': {
    ...onOpen(3, token => token.vault.escrow(otherRecovery)),
    between: { recovers: ['first,other'] },
  },
  'reset by the recovery key': {
    prepare: afterWrongPins(5, { wipe: 0 }),
    begin: boot,
    work: token => expect(token?.reset(recovery)).toBe(true),
    writes: 4,
  },
  'save a policy': onOpen(1, ({ vault }) => {
    Object.assign(vault.policy, { attempts: 7, lockSeconds: 60, screenSeconds: 120 });
    return vault.policy.save();
  }),
  'take the PIN off': onOpen(3, ({ vault }) => {
    vault.policy.pinDigits = 0;
    return vault.seal(new Uint8Array(0));
  }),
  'set the clock': {
    ...onOpen(2, token => token.time.set(START_UTC + 100)),
    // Set and not yet recorded, or recorded and lost by its chip: then the fob says so.
    between: { utc: [-1], clock: [0], synced: [-1, 0] },
  },
  erase: onOpen(5, token => token.vault.erase()),
  'a wrong PIN too many, which wipes': {
    prepare: afterWrongPins(4),
    begin: boot,
    work: token => expect(token?.enter(wrongPin)).not.toBe(''),
    writes: 7,
    counts: true,
  },
  'a wrong PIN too many, which locks': {
    prepare: afterWrongPins(4, { wipe: 0 }),
    begin: boot,
    work: token => expect(token?.enter(wrongPin)).not.toBe(''),
    writes: 2,
    counts: true,
  },
  'excuse a storage that went back': {
    ...onOpen(
      1,
      token => {
        token.vault.excuse();
        return token.vault.wentBack;
      },
      0,
    ),
    prepare: chips => {
      adoptWithPin(chips);
      chips.seen = 1000;
    },
    between: WITNESS_TORN,
  },
};
