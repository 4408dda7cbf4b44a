import { Reader, Writer } from '@passfob/protocol/bytes';
import { PIN_DIGITS_MAX } from '@passfob/protocol/limits';
import { trivialPin } from '@passfob/protocol/pins';
import type { Accounts } from './accounts.ts';
import type { Journal } from './base/journal.ts';
import { JOURNAL_CONTENT_BYTES } from './base/limits.ts';
import type { AttemptCounter, Now } from './base/ports.ts';
import type { State } from './base/state.ts';
import * as texts from './base/texts.ts';
import type { Vault } from './vault/vault.ts';

/**
 * The PIN in front of the vault. An attempt is counted in the storage and in the PIN attempt counter, and read back,
 * before the PIN is tried. So no manipulation of the power or of one of the two memories makes an attempt free.
 */
export class Lock {
  private readonly vault: Vault;
  private readonly accounts: Accounts;
  private readonly attemptCounter: AttemptCounter;
  private readonly now: Now;
  private readonly policy: State;
  /** Start of the wait if the clock cannot tell: the boot, or the last attempt since. */
  private waitFrom: number;

  constructor(vault: Vault, accounts: Accounts, attemptCounter: AttemptCounter, now: Now) {
    this.vault = vault;
    this.accounts = accounts;
    this.attemptCounter = attemptCounter;
    this.now = now;
    this.policy = vault.policy;
    this.waitFrom = now.ms;
    // Restores attempts that were lost with the microcontroller's memory. Without them a rolled-back storage would
    // give attempts again.
    for (let lost = this.marked; lost < 0; lost++) attemptCounter.add();
    this.punish();
  }

  /** Whether the person must choose a PIN before anything else. */
  get wanted(): boolean {
    const policy = this.policy;
    return !!this.vault.records && policy.pinDigits > 0 && (policy.renew > 0 || !this.vault.hasPin);
  }

  get closed(): boolean {
    return this.vault.locked;
  }

  /** Attempts since the last right PIN, according to the storage. */
  private get counted(): number {
    const attempts = this.vault.attempts;
    return attempts ? attempts.number - this.policy.settledAttempts : 0;
  }

  /** The same according to the PIN attempt counter; below 0 if the microcontroller lost its memory. */
  private get marked(): number {
    return this.attemptCounter.count() - this.policy.settledMarks;
  }

  /** Wrong PINs since the last right one, from the counter that has more. */
  get failures(): number {
    return Math.max(this.counted, this.marked);
  }

  get left(): number {
    return Math.max(0, this.policy.attempts - this.failures);
  }

  /** Whether only the owner can open the vault. */
  get dead(): boolean {
    return this.vault.outdated || (this.vault.hasPin && this.left === 0);
  }

  /** Seconds until the next attempt is accepted: 2^n - 1 after n wrong ones. */
  get wait(): number {
    const failures = this.failures;
    let full = 0;
    for (let i = 0; i < failures; i++) full = full * 2 + 1;
    const attempts = this.vault.attempts;
    const at = attempts ? new Reader(attempts.content, 0).number(8) : 0;
    const passed = this.now.utc - at;
    // A lost time or a rolled-back storage proves nothing: the wait starts again in full.
    const since =
      at > 0 && passed >= 0 && this.counted >= this.marked
        ? passed
        : Math.floor((this.now.ms - this.waitFrom) / 1000);
    return Math.max(0, full - since);
  }

  /** Tries a PIN of ASCII digits; slow. Returns '' once the vault is open, otherwise the sentence to show. */
  check(pin: Uint8Array): string {
    // Without a PIN any input would open the vault.
    if (!this.vault.hasPin || this.dead || this.wait > 0) return texts.WRONG_PIN;
    if (!this.vault.sure || !this.count()) return texts.NO_MEMORY;
    if (this.vault.unlock(pin)) {
      this.settle();
      return this.closed ? texts.NO_MEMORY : '';
    }
    if (this.punish()) return texts.WIPED;
    if (this.dead) this.close();
    return texts.WRONG_PIN;
  }

  /**
   * Counts one more attempt, in the storage first, so that the PIN attempt counter is never ahead unless the storage
   * was rolled back.
   */
  private count(): boolean {
    const attempts = this.vault.attempts as Journal;
    const time = new Writer(JOURNAL_CONTENT_BYTES).number(Math.max(0, this.now.utc), 8).bytes;
    this.waitFrom = this.now.ms;
    return attempts.write(time) && this.attemptCounter.add();
  }

  /** Called when the vault is open: earlier wrong PINs no longer count. */
  settle(): void {
    this.policy.settledAttempts = (this.vault.attempts as Journal).number;
    this.policy.settledMarks = this.attemptCounter.count();
    this.policy.save();
    this.accounts.arrange();
  }

  /** Wipes if that is due. Also at boot, in case a power cut prevented it. */
  private punish(): boolean {
    if (!this.dead || this.vault.outdated || this.policy.wipe === 0) return false;
    this.vault.erase();
    this.accounts.arrange();
    return true;
  }

  /** Returns the reason why a PIN may not be chosen, or ''. */
  unfit(pin: Uint8Array): string {
    if (pin.length < this.policy.pinDigits || pin.length > PIN_DIGITS_MAX) return texts.PIN_SHORT;
    return trivialPin(pin) ? texts.PIN_TRIVIAL : '';
  }

  /** Sets the PIN of an open vault; slow. Returns '', or the reason why it was not set. */
  choose(pin: Uint8Array): string {
    const unfit = this.unfit(pin);
    if (unfit !== '') return unfit;
    const renew = this.policy.renew;
    this.policy.renew = 0;
    if (this.vault.seal(pin)) {
      // An attempt that no storage from before this PIN contains: see `Vault.outdated`.
      this.count();
      this.settle();
      return '';
    }
    this.policy.renew = renew;
    return texts.NO_MEMORY;
  }

  /** Closes the vault if it has a PIN. */
  close(): void {
    if (!this.vault.hasPin) return;
    this.vault.lock();
    this.accounts.arrange();
  }
}
