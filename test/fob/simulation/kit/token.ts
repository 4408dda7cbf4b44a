import { Accounts } from '@passfob/firmware/core/accounts';
import { Lock } from '@passfob/firmware/core/lock';
import { Timekeeper } from '@passfob/firmware/core/timekeeper';
import { hasRecovery, recover } from '@passfob/firmware/core/vault/headers';
import { Vault } from '@passfob/firmware/core/vault/vault';
import { KIND_HOTP, KIND_OCRA, KIND_TOTP } from '@passfob/protocol/account';
import { SHA1 } from '@passfob/protocol/primitives';
import { hostPrimitives } from 'passfob/client/primitives';
import { ascii } from '../../conformance/owner.ts';
import type { Chips } from './chips.ts';

export interface Put {
  readonly id: number;
  readonly kind?: number;
  readonly key: Uint8Array;
  readonly label?: string;
  readonly counter?: number;
}

/** One boot of the core, without screens and sessions, over the chips. Each boot is a new token. */
export class Token {
  readonly chips: Chips;
  readonly now: { ms: number; utc: number };
  readonly vault: Vault;
  readonly accounts: Accounts;
  readonly time: Timekeeper;
  readonly lock: Lock;

  constructor(chips: Chips) {
    this.chips = chips;
    this.now = { ms: 0, utc: chips.utc };
    this.vault = new Vault(chips.ports);
    this.accounts = new Accounts(hostPrimitives, this.vault);
    const facts = { clockPpm: chips.ppm } as ConstructorParameters<typeof Timekeeper>[1]['facts'];
    this.time = new Timekeeper(this.vault, { clock: chips.clock, facts }, this.now);
    this.now.utc = this.time.correct(chips.utc);
    this.lock = new Lock(this.vault, this.accounts, chips.marks, this.now);
  }

  /** Advances time. */
  wait(seconds: number): void {
    if (this.chips.utc >= 0) this.chips.utc += seconds;
    this.now.ms += seconds * 1000;
    this.now.utc = this.time.correct(this.chips.utc);
  }

  adopt(secrets: Uint8Array, dataKey: Uint8Array): boolean {
    const adopted = this.vault.adopt(secrets, Uint8Array.from(dataKey));
    this.accounts.arrange();
    this.time.load();
    return adopted;
  }

  /** Returns 0 or a refusal. */
  put({ id, kind = KIND_HOTP, key, label = 'l', counter = 0 }: Put): number {
    const traits = { kind, algorithm: SHA1, digits: 6, period: kind === KIND_TOTP ? 30 : 0, counter };
    const suite = kind === KIND_OCRA ? { question: 0, length: 8, inputs: 1, step: 0 } : {};
    return this.accounts.put(id, { ...traits, ...suite, issuer: ascii('I'), label: ascii(label) }, key);
  }

  recover(recoveryKey: Uint8Array): Uint8Array | undefined {
    return recover(this.chips.ports, recoveryKey);
  }

  get escrowed(): boolean {
    return hasRecovery(this.chips.ports, this.vault.policy.recoveryCrc) > 0;
  }

  /** Waits as long as the lock requires, then tries. */
  enter(pin: string): string {
    this.wait(this.lock.wait);
    return this.lock.check(ascii(pin));
  }

  /** Does the same as `resetPin` of the wire after the person's approval. */
  reset(recoveryKey: Uint8Array): boolean {
    const dataKey = this.recover(recoveryKey);
    if (!dataKey) return false;
    if (!this.vault.release(dataKey)) {
      this.lock.close();
      return false;
    }
    this.lock.settle();
    this.time.load();
    return true;
  }

  /** Returns the next passcode of an account with a counter, or undefined where there is none to show. */
  press(id: number): string | undefined {
    const place = this.accounts.placeOf(id);
    const account = place < 0 ? undefined : this.accounts.read(place);
    return account && this.accounts.nextHotp(account);
  }
}
