import type { Transport } from 'passfob/transports/transport';

/** Keys, screen and cable of any kind of fob: the suite uses nothing else. */
export interface Driver {
  /** Hash algorithms the board computes. */
  readonly algorithms: readonly number[];
  /** Whether its records are too short for the longest keys of SHA-512 beside more than a name. */
  readonly hasShortRecords?: boolean;
  /** Earliest and latest time the board's clock can hold, in seconds since 1970. */
  readonly utcMin: number;
  readonly utcMax: number;
  /** One of so many like cases is tried, where each is dear; other drivers try them all. */
  readonly everyNth?: number;
  /** The cable; a new one after each reboot. */
  readonly transport: Transport;
  /** Strings on the display, in reading order; empty when the display is off. */
  screen(): Promise<readonly string[]>;
  /** Main key down, so much time, key up. */
  press(heldMs?: number): Promise<void>;
  /** Moves one step in a list or on a wheel, and takes the entry, by the keys that the board has. */
  step(): Promise<void>;
  choose(): Promise<void>;
  /** Leaves the present screen. */
  back(): Promise<void>;
  advance(ms: number): Promise<void>;
  /** Turns the power off and on. */
  reboot(): Promise<void>;
  /** The battery of the clock dies, and the power goes off and on. */
  loseTime(): Promise<void>;
  /** Returns the errors that the interpreter printed. */
  complaints(): string;
  close(): Promise<void>;
}

/** A press that moves on, and one that is long enough for a hold. */
export const PRESS_MS = 100;
const HELD_MS = 700;

/** A fob with one key: a press moves on or leaves, a hold takes the entry. */
export abstract class OneKey {
  abstract press(heldMs?: number): Promise<void>;

  async step(): Promise<void> {
    await this.press();
  }

  async choose(): Promise<void> {
    await this.press(HELD_MS);
  }

  async back(): Promise<void> {
    await this.press();
  }
}

/** 2000-01-01T00:00:00Z, its beginning. */
export const DS3231_UTC_MIN = 946_684_800;
/** The end of a DS3231: 200 years in which every fourth is a leap year, 2100 too. */
export const DS3231_UTC_MAX = DS3231_UTC_MIN + 73_050 * 86_400 - 1;

/** Those of many like cases that are tried with a driver. */
export const someOf = <T>({ everyNth = 1 }: Pick<Driver, 'everyNth'>, cases: readonly T[]): T[] =>
  cases.filter((_case, at) => at % everyNth === 0);
