import { VAULT_OWNED } from '@passfob/firmware/core/vault/vault';
import { makeRandomness } from '@passfob/simulator/base/randomness';
import { expect } from 'vitest';
import { secret } from '../../../kit/secrets.ts';
import { Chips } from './chips.ts';
import { Token } from './token.ts';

const chance = makeRandomness(3, 'keys');
const key = (length: number) => secret(chance.bytes(length));

/** The secrets of these tests. PINs are long, so that they do not occur in ciphertext by chance. */
export const KEYS = {
  secrets: key(64),
  nextSecrets: key(64),
  dataKey: key(16),
  recovery: key(32),
  otherRecovery: key(32),
  seeds: Array.from({ length: 8 }, () => key(20)),
  pin: secret('8305917264'),
  newPin: secret('6192840357'),
  wrongPin: secret('4071936528'),
};

/** Returns a fob that has just been given to its owner. */
export function adopted(chips = new Chips(makeRandomness(1)), secrets = KEYS.secrets): Token {
  const token = new Token(chips);
  expect(token.adopt(secrets, KEYS.dataKey)).toBe(true);
  return token;
}

/** All facts of a fob that are visible from outside. */
export interface Facts {
  readonly state: number;
  /** The PINs that open it, or `none needed`. */
  readonly opensBy: string;
  readonly failures: number;
  readonly isDead: boolean;
  readonly policy: string;
  /** Accounts in the person's order: id, names, key, counter. Of a closed vault, as its PIN shows them. */
  readonly accounts: string;
  /** The recovery keys that open it. */
  readonly recovers: string;
  /** State of the clock; 0 for a fob without an owner, like the next. */
  readonly clock: number;
  readonly utc: number;
  /** Time of the last synchronisation. */
  readonly synced: number;
  readonly wentBack: number;
}

function accountsOf({ accounts }: Token): string {
  const all = Array.from({ length: accounts.count }, (_, place) => {
    const account = accounts.read(place);
    const text = (bytes: Uint8Array = new Uint8Array(0)) => Buffer.from(bytes).toString('base64');
    return [accounts.idAt(place), account?.counter, text(account?.label), text(account?.key), account?.kind];
  });
  return JSON.stringify(all);
}

/** Boots copies of the chips, and reads one fact from each. */
export function factsOf(chips: Chips): Facts {
  const token = new Token(chips.copy());
  const { vault, lock, time } = token;
  const pins = token.lock.closed ? { old: KEYS.pin, new: KEYS.newPin } : {};
  let open = token;
  const opens: string[] = [];
  for (const [name, digits] of Object.entries(pins)) {
    const tried = new Token(chips.copy());
    if (tried.enter(digits) !== '' || tried.lock.closed) continue;
    opens.push(name);
    open = tried;
  }
  const recovers: string[] = [];
  for (const [name, recoveryKey] of Object.entries({ first: KEYS.recovery, other: KEYS.otherRecovery })) {
    if (vault.state !== VAULT_OWNED || !token.recover(recoveryKey)) continue;
    const reset = new Token(chips.copy());
    expect(reset.reset(recoveryKey)).toBe(true);
    expect([new Token(reset.chips).lock.closed, reset.lock.failures]).toEqual([false, 0]);
    recovers.push(name);
  }
  // A reported escrow must exist; an unreported one is made again.
  if (vault.state === VAULT_OWNED && token.escrowed) expect(recovers).not.toEqual([]);
  const {
    journal: _,
    settledAttempts,
    settledMarks,
    headerCrc,
    recoveryCrc,
    wentBack,
    ...policy
  } = vault.policy;
  return {
    state: vault.state,
    opensBy: lock.closed ? opens.join() : 'none needed',
    failures: lock.closed ? lock.failures : 0,
    isDead: lock.dead,
    policy: JSON.stringify(policy),
    accounts: accountsOf(open),
    recovers: recovers.join(),
    clock: vault.state === VAULT_OWNED ? time.state : 0,
    utc: token.now.utc,
    synced: vault.state === VAULT_OWNED ? token.now.utc - time.age : 0,
    wentBack: vault.wentBack,
  };
}
