import type { BoardCounters } from '@passfob/emulator/board/options';

/**
 * Typical currents of an STM32F401xD at 25 °C (its data sheet, DS10086, first page): 146 µA for each MHz with the
 * peripherals off, more with them on; in STOP 42 µA, and down to 10 µA with the flash in deep power-down, which
 * Espruino asks for.
 */
const RUN_MICROAMPERES = 20_000;
const STOP_MICROAMPERES = { least: 10, most: 42 };
const SECONDS_PER_HOUR = 3600;
const HOURS_PER_DAY = 24;

type Counters = Pick<BoardCounters, 'instructions' | 'seconds' | 'deepSleepSeconds'>;

/** How much of a time a board was awake. */
export interface Awake {
  readonly seconds: number;
  readonly awakeSeconds: number;
  readonly instructions: number;
}

export function awakeBetween(before: Counters, after: Counters): Awake {
  const seconds = after.seconds - before.seconds;
  return {
    seconds: rounded(seconds),
    awakeSeconds: rounded(seconds - (after.deepSleepSeconds - before.deepSleepSeconds), 3),
    instructions: Math.round(after.instructions - before.instructions),
  };
}

/** An estimate of a day's charge in µAh, of the microcontroller alone: its parts and the regulator come on top. */
export interface DailyCharge {
  readonly uses: number;
  readonly awakeSeconds: number;
  readonly instructions: number;
  /** Of the day. */
  readonly stopShare: number;
  readonly microampereHours: { readonly least: number; readonly most: number };
}

/** Estimates a day in which a fob lies there but for some uses. Awake, it is taken to run all the time. */
export function dailyCharge(rest: Awake, use: Awake, uses: number): DailyCharge {
  const daySeconds = HOURS_PER_DAY * SECONDS_PER_HOUR;
  const restShare = (daySeconds - uses * use.seconds) / rest.seconds;
  const awakeSeconds = uses * use.awakeSeconds + restShare * rest.awakeSeconds;
  const charge = (stop: number) =>
    Math.round((RUN_MICROAMPERES * awakeSeconds + stop * (daySeconds - awakeSeconds)) / SECONDS_PER_HOUR);
  return {
    uses,
    awakeSeconds: rounded(awakeSeconds),
    instructions: Math.round(uses * use.instructions + restShare * rest.instructions),
    stopShare: rounded(1 - awakeSeconds / daySeconds, 6),
    microampereHours: { least: charge(STOP_MICROAMPERES.least), most: charge(STOP_MICROAMPERES.most) },
  };
}

function rounded(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}
