import { Reader, Writer } from '../../protocol/bytes.ts';
import { DRIFT_PPM, DRIFT_SECONDS } from './limits.ts';
import type { Clock, Now } from './ports.ts';
import type { Vault } from './vault/vault.ts';

/** Record of the last synchronisation: seconds since 1970 (8 bytes), and the seconds it left to give away (1). */
const CLOCK_RECORD = 1;

export const CLOCK_UNSET = 0;
export const CLOCK_TRUSTED = 1;
export const CLOCK_STALE = 2;

/**
 * Whether the time may be believed. Trusted is a clock that its owner has set and that has run since: the
 * record of the synchronisation is sealed, and the real-time clock says that it never stopped.
 */
export class Timekeeper {
  private readonly vault: Vault;
  private readonly clock: Clock;
  private readonly now: Now;
  /** Seconds since 1970 of the last synchronisation, 0 for none. */
  private synced: number;
  /**
   * Seconds of `DRIFT_SECONDS` left at that moment. Were they there anew at each synchronisation, a computer could
   * walk the clock into tomorrow by five seconds a time.
   */
  private credit: number;

  constructor(vault: Vault, clock: Clock, now: Now) {
    this.vault = vault;
    this.clock = clock;
    this.now = now;
    this.synced = 0;
    this.credit = 0;
    this.load();
  }

  /** Reads the record anew: after boot and after the owner changed. */
  load(): void {
    const records = this.vault.records;
    const slot = records ? records.find(CLOCK_RECORD) : -1;
    const content = records && slot >= 0 ? records.read(slot) : undefined;
    const from = new Reader(content || new Uint8Array(0), 0);
    this.synced = from.number(8);
    this.credit = from.number(1);
  }

  get state(): number {
    // A clock before its own synchronisation was reset behind our back.
    return this.synced > 0 && this.now.utc >= this.synced ? CLOCK_TRUSTED : CLOCK_UNSET;
  }

  get error(): number {
    return Math.ceil((this.age * DRIFT_PPM) / 1000000) + DRIFT_SECONDS;
  }

  /** Seconds since the last synchronisation; 0 when unset. */
  get age(): number {
    return this.state === CLOCK_TRUSTED ? this.now.utc - this.synced : 0;
  }

  /**
   * Whether setting the time to `utc` could serve to harvest codes: any step back, and one forward beyond what
   * the clock can have drifted.
   */
  suspicious(utc: number): boolean {
    return this.state === CLOCK_TRUSTED && this.left(utc) < 0;
  }

  /** Seconds that setting the time to `utc` leaves of what the clock can have drifted; negative for a step back. */
  private left(utc: number): number {
    const step = utc - this.now.utc;
    return step < 0 ? -1 : Math.floor((this.age * DRIFT_PPM) / 1000000) + this.credit - step;
  }

  /** False when the clock or the storage failed. */
  set(utc: number): boolean {
    const left = this.left(utc);
    const records = this.vault.records;
    if (!records || !this.clock.set(utc)) return false;
    this.now.utc = utc;
    // Beyond the budget is what a person has pressed for, or the first time after none.
    const credit = left < 0 ? DRIFT_SECONDS : Math.min(left, DRIFT_SECONDS);
    const content = new Writer(9).number(utc, 8).number(credit, 1).done();
    if (!records.write(CLOCK_RECORD, 0, content)) return false;
    this.synced = utc;
    this.credit = credit;
    return true;
  }
}
