import { Reader, Writer } from '@passfob/protocol/bytes';
import type { Journal } from './base/journal.ts';
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

/** Where version 1 kept its synchronisation; the number is not used again. */
const OLD_CLOCK_RECORD = 1;
/** Keeps a trim in an unsigned field. */
export const TRIM_OFFSET = 32768;

export const CLOCK_UNSET = 0;
export const CLOCK_TRUSTED = 1;
export const CLOCK_STALE = 2;

/**
 * Whether the time may be believed. Trusted is a clock that its owner has set and that has run since: the
 * journal of the synchronisations is authentic, and the real-time clock says that it never stopped. Each page of the
 * journal: seconds since 1970 (8 bytes), seconds of the drift budget left to give away (1), trim (2), seconds that a
 * step which was not finished may have taken (4).
 */
export class Timekeeper {
  private readonly vault: Vault;
  private readonly ports: Pick<Ports, 'clock' | 'facts'>;
  private readonly now: Now;
  /** Seconds since 1970 of the last synchronisation, 0 for none. */
  private synced: number;
  /**
   * Seconds of `DRIFT_SECONDS` left at that moment. Were they there anew at each synchronisation, a computer could
   * walk the clock into tomorrow by five seconds a time.
   */
  private credit: number;
  private spent: number;
  /** Learned correction of the clock's speed in tenths of a ppm. */
  trim: number;
  /** Whether the clock is right as it is read. */
  exact: boolean;
  /** What it may drift, and since when it is stale. */
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

  /** Reads the journal anew: after boot and after the owner changed. */
  load(): void {
    const journal = this.vault.clock;
    const records = this.vault.records;
    const old = records ? records.find(OLD_CLOCK_RECORD) : -1;
    if (records && journal && old >= 0) {
      const content = records.read(old);
      if (journal.number > 0 || !content || this.keep(journal, content)) records.remove(OLD_CLOCK_RECORD);
    }
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
    // A learned trim leaves what changes with the temperature.
    this.ppm = this.trim === 0 ? ppm : Math.max(TRIMMED_PPM, ppm >> 2);
    // Here, and not with every passcode. The error is whole seconds, and the one that the clock was set in.
    this.staleAt =
      this.synced + Math.min(STALE_SECONDS, Math.floor(((STALE_ERROR_SECONDS - 1) * 1000000) / this.ppm));
  }

  /** Takes over what version 1 kept: time and credit, in the same order. */
  private keep(journal: Journal, content: Uint8Array): boolean {
    return journal.write(new Writer(JOURNAL_CONTENT_BYTES).raw(content).number(TRIM_OFFSET, 2).bytes);
  }

  /** What the clock says, corrected where its part does not do so itself; -1 stays. */
  correct(utc: number): number {
    if (this.exact || this.synced === 0 || utc <= this.synced) return utc;
    return utc + Math.floor(((utc - this.synced) * this.trim) / 10000000);
  }

  get state(): number {
    if (this.unset) return CLOCK_UNSET;
    return this.now.utc > this.staleAt ? CLOCK_STALE : CLOCK_TRUSTED;
  }

  /** Whether there is no time: a clock before its own synchronisation was reset behind our back. */
  get unset(): boolean {
    // One that shows no number is none either.
    return this.synced === 0 || !(this.now.utc >= this.synced);
  }

  /** Seconds since the last synchronisation; 0 when unset. */
  get age(): number {
    return this.synced > 0 ? Math.max(0, this.now.utc - this.synced) : 0;
  }

  /** Bound in seconds on how far the time may be off: what the clock can have drifted, and the second it was set in. */
  get error(): number {
    return 1 + Math.ceil((this.age * this.ppm) / 1000000);
  }

  /**
   * Whether setting the time to `utc` could serve to harvest codes: any step back, to before the last synchronisation
   * also where the time was lost, and one forward beyond what the clock can have drifted.
   */
  suspicious(utc: number): boolean {
    return utc < this.synced || (!this.unset && this.left(utc) < 0);
  }

  /** Seconds that setting the time to `utc` leaves of what the clock can have drifted; negative for a step back. */
  private left(utc: number): number {
    const step = utc - this.now.utc;
    return step < 0 ? -1 : Math.floor((this.age * DRIFT_PPM) / 1000000) + this.credit - this.spent - step;
  }

  /** Trim that the step to `utc` teaches: the second that rounding may have made of it is not counted. */
  private learned(utc: number): number {
    const step = utc - this.now.utc;
    const age = this.age;
    const isDrift = Math.abs(step) <= DRIFT_SECONDS + (age * DRIFT_PPM) / 1000000;
    if (this.unset || age < TRIM_AGE_SECONDS || Math.abs(step) < 2 || !isDrift) return this.trim;
    const trim = this.trim + Math.round(((step > 0 ? step - 1 : step + 1) * 10000000) / age);
    return Math.max(-TRIM_TENTHS_MAX, Math.min(TRIM_TENTHS_MAX, trim));
  }

  /** False when the clock or the storage failed. */
  set(utc: number): boolean {
    const left = this.left(utc);
    const trim = this.learned(utc);
    const step = utc - this.now.utc;
    // Before the clock moves: neither a power cut behind it nor a memory that is worn out gives the step for nothing.
    if (left >= 0 && step) {
      const spent = this.spent + step;
      if (!this.save(this.synced, this.credit, this.trim, spent)) return false;
      this.spent = spent;
    }
    if (!this.vault.clock || !this.ports.clock.set(utc)) return false;
    this.now.utc = utc;
    // Beyond the budget is what a person has pressed for, or the first time after none.
    if (!this.save(utc, left < 0 ? DRIFT_SECONDS : Math.min(left, DRIFT_SECONDS), trim, 0)) return false;
    this.load();
    return true;
  }

  private save(synced: number, credit: number, trim: number, spent: number): boolean {
    const content = new Writer(JOURNAL_CONTENT_BYTES).number(synced, 8).number(credit, 1);
    return !!this.vault.clock?.write(content.number(trim + TRIM_OFFSET, 2).number(spent, 4).bytes);
  }
}
