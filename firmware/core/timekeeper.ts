import { Reader, Writer } from '@passfob/protocol/bytes';
import {
  DRIFT_PPM,
  DRIFT_SECONDS,
  JOURNAL_CONTENT_BYTES,
  STALE_ERROR_SECONDS,
  STALE_SECONDS,
  TRIM_AGE_SECONDS,
  TRIM_TENTHS_MAX,
  TRIMMED_PPM,
} from './base/limits.ts';
import type { Now, Ports } from './base/ports.ts';
import type { Vault } from './vault/vault.ts';

/** Added to a trim to store it in an unsigned field. */
export const TRIM_OFFSET = 32768;

export const CLOCK_UNSET = 0;
export const CLOCK_TRUSTED = 1;
export const CLOCK_STALE = 2;

/**
 * Decides whether the time is trusted: the owner has set the clock and it has run since. The journal of the
 * synchronisations is authentic, and the real-time clock reports that it never stopped. Each page of the journal:
 * seconds since 1970 (8 bytes), remaining seconds of the drift budget (1), trim (2), seconds that an unfinished step
 * may have used (4).
 */
export class Timekeeper {
  private readonly vault: Vault;
  private readonly ports: Pick<Ports, 'clock' | 'facts'>;
  private readonly now: Now;
  /** Seconds since 1970 of the last synchronisation, 0 for none. */
  private synced: number;
  /**
   * Seconds of `DRIFT_SECONDS` left at that moment. If each synchronisation renewed them, a computer could move the
   * clock into tomorrow in steps of five seconds.
   */
  private credit: number;
  private spent: number;
  /** Learned correction of the clock's speed in tenths of a ppm. */
  trim: number;
  /** Whether the clock's reading needs no correction. */
  exact: boolean;
  /** Largest drift in ppm, and the time from which the clock is stale. */
  declare private ppm: number;
  declare staleAt: number;

  constructor(vault: Vault, ports: Pick<Ports, 'clock' | 'facts'>, now: Now) {
    this.vault = vault;
    this.ports = ports;
    this.now = now;
    this.synced = 0;
    this.credit = 0;
    this.spent = 0;
    this.trim = 0;
    this.exact = true;
    this.load();
  }

  /** Reads the journal again, after boot and after a change of the owner. */
  load(): void {
    const journal = this.vault.clock;
    this.synced = 0;
    this.trim = 0;
    if (journal && journal.number > 0) {
      const from = new Reader(journal.content, 0);
      this.synced = from.number(8);
      this.credit = from.number(1);
      this.trim = from.number(2) - TRIM_OFFSET;
      this.spent = from.number(4);
    }
    this.exact = this.ports.clock.trim(this.trim) || this.trim === 0;
    const ppm = this.ports.facts.clockPpm;
    // A learned trim does not remove the drift with temperature.
    this.ppm = this.trim === 0 ? ppm : Math.max(TRIMMED_PPM, ppm >> 2);
    // Computed here once, not for every passcode. The error is whole seconds, and one for the second in which the
    // clock was set.
    this.staleAt =
      this.synced + Math.min(STALE_SECONDS, Math.floor(((STALE_ERROR_SECONDS - 1) * 1000000) / this.ppm));
  }

  /** Returns the clock's reading, corrected if its part does not do so itself; -1 stays. */
  correct(utc: number): number {
    if (this.exact || this.synced === 0 || utc <= this.synced) return utc;
    return utc + Math.floor(((utc - this.synced) * this.trim) / 10000000);
  }

  get state(): number {
    if (this.unset) return CLOCK_UNSET;
    return this.now.utc > this.staleAt ? CLOCK_STALE : CLOCK_TRUSTED;
  }

  /** Whether there is no time. A clock earlier than its own synchronisation was reset without our knowledge. */
  get unset(): boolean {
    // A clock that does not return a number counts as unset, too.
    return this.synced === 0 || !(this.now.utc >= this.synced);
  }

  /** Seconds since the last synchronisation; 0 when unset. */
  get age(): number {
    return this.synced > 0 ? Math.max(0, this.now.utc - this.synced) : 0;
  }

  /**
   * Bound in seconds on the error of the time: the largest drift of the clock, and the second in which it was set.
   */
  get error(): number {
    return 1 + Math.ceil((this.age * this.ppm) / 1000000);
  }

  /**
   * Whether setting the time to `utc` could serve to harvest passcodes: any step back, also to before the last
   * synchronisation if the time was lost, and a step forward beyond the largest drift.
   */
  suspicious(utc: number): boolean {
    return utc < this.synced || (!this.unset && this.left(utc) < 0);
  }

  /** Returns the seconds of the drift budget left after setting the time to `utc`; negative for a step back. */
  private left(utc: number): number {
    const step = utc - this.now.utc;
    return step < 0 ? -1 : Math.floor((this.age * DRIFT_PPM) / 1000000) + this.credit - this.spent - step;
  }

  /** Returns the trim learned from the step to `utc`, less the second that rounding may have added. */
  private learned(utc: number): number {
    const step = utc - this.now.utc;
    const age = this.age;
    const isDrift = Math.abs(step) <= DRIFT_SECONDS + (age * DRIFT_PPM) / 1000000;
    if (this.unset || age < TRIM_AGE_SECONDS || Math.abs(step) < 2 || !isDrift) return this.trim;
    const trim = this.trim + Math.round(((step > 0 ? step - 1 : step + 1) * 10000000) / age);
    return Math.max(-TRIM_TENTHS_MAX, Math.min(TRIM_TENTHS_MAX, trim));
  }

  /** Sets the clock. False if the clock or the storage failed. */
  set(utc: number): boolean {
    const left = this.left(utc);
    const trim = this.learned(utc);
    const step = utc - this.now.utc;
    // Stored before the clock moves, so that neither a later power cut nor a worn-out memory gives the step for free.
    if (left >= 0 && step) {
      const spent = this.spent + step;
      if (!this.save(this.synced, this.credit, this.trim, spent)) return false;
      this.spent = spent;
    }
    if (!this.vault.clock || !this.ports.clock.set(utc)) return false;
    this.now.utc = utc;
    // A step beyond the budget was approved by a press, or sets the first time.
    if (!this.save(utc, left < 0 ? DRIFT_SECONDS : Math.min(left, DRIFT_SECONDS), trim, 0)) return false;
    this.load();
    return true;
  }

  private save(synced: number, credit: number, trim: number, spent: number): boolean {
    const content = new Writer(JOURNAL_CONTENT_BYTES).number(synced, 8).number(credit, 1);
    return !!this.vault.clock?.write(content.number(trim + TRIM_OFFSET, 2).number(spent, 4).bytes);
  }
}
