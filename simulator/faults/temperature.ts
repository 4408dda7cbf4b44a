import type { TemperatureFaults } from '../base/fault-plan.ts';
import { EXTREME_DRIFT_TENTHS_PPM } from '../base/limits.ts';
import type { Randomness } from '../base/randomness.ts';
import type { FaultFact } from './fact.ts';

export const TEMPERATURE_FAULTS = {
  cold: {
    on: 'each start of the board',
    does: 'the clock is at −40 to −1 °C until the next start, and its crystal runs up to 3.5 ppm fast or slow',
    never: 'drift beyond the data sheet of the DS3231: ±3.5 ppm from −40 to 85 °C',
    fob: 'promises ±2 ppm, for the temperatures of a pocket: its time may be up to 0.3 s a day off',
  },
  hot: {
    on: 'each start of the board',
    does: 'the clock is at 41 to 85 °C until the next start, and its crystal runs up to 3.5 ppm fast or slow',
    never: 'drift beyond the data sheet of the DS3231: ±3.5 ppm from −40 to 85 °C',
    fob: 'promises ±2 ppm, for the temperatures of a pocket: its time may be up to 0.3 s a day off',
  },
} satisfies Record<keyof TemperatureFaults, FaultFact>;

/** The surroundings of the clock. */
export interface Climate {
  readonly celsius: number;
  /** Added to the drift of its crystal. */
  readonly ppm: number;
}

/** 25 °C, at which the drift of a fob is given. */
export const ROOM: Climate = { celsius: 25, ppm: 0 };

export function extremeClimate(kind: 'cold' | 'hot', randomness: Randomness): Climate {
  const celsius = kind === 'cold' ? -1 - randomness.below(40) : 41 + randomness.below(45);
  const tenths = randomness.below(2 * EXTREME_DRIFT_TENTHS_PPM + 1) - EXTREME_DRIFT_TENTHS_PPM;
  return { celsius, ppm: tenths / 10 };
}
