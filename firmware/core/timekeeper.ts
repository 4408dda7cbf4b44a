import { Reader, Writer } from '../../protocol/bytes.ts';
import { DRIFT_PPM, DRIFT_SECONDS } from './limits.ts';
import type { Clock, Now } from './ports.ts';
import type { Vault } from './vault/vault.ts';

/** Record of the last synchronisation: 8 bytes, seconds since 1970. */
const CLOCK_RECORD = 1;

export const CLOCK_UNSET = 0;
export const CLOCK_TRUSTED = 1;

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

  constructor(vault: Vault, clock: Clock, now: Now) {
    this.vault = vault;
    this.clock = clock;
    this.now = now;
    this.synced = 0;
    this.load();
  }

  /** Reads the record anew: after boot and after the owner changed. */
  load(): void {
    const records = this.vault.records;
    const slot = records ? records.find(CLOCK_RECORD) : -1;
    const content = records && slot >= 0 ? records.read(slot) : undefined;
    this.synced = content ? new Reader(content, 0).number(8) : 0;
  }

  get state(): number {
    // A clock before its own synchronisation was reset behind our back.
    return this.synced > 0 && this.now.utc >= this.synced ? CLOCK_TRUSTED : CLOCK_UNSET;
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
    if (this.state === CLOCK_UNSET) return false;
    const budget = Math.floor((this.age * DRIFT_PPM) / 1000000) + DRIFT_SECONDS;
    return utc < this.now.utc || utc > this.now.utc + budget;
  }

  /** False when the clock or the storage failed; the time then counts as unset. */
  set(utc: number): boolean {
    const records = this.vault.records;
    if (!records || !this.clock.set(utc)) return false;
    this.now.utc = utc;
    if (!records.write(CLOCK_RECORD, 0, new Writer(8).number(utc, 8).done())) return false;
    this.synced = utc;
    return true;
  }
}
