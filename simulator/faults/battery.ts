import type { BatteryFaults } from '../base/fault-plan.ts';
import { LOW_SUPPLY_MAX_MILLIVOLTS, LOW_SUPPLY_MIN_MILLIVOLTS } from '../base/limits.ts';
import type { Randomness } from '../base/randomness.ts';
import type { FaultFact } from './fact.ts';

export const BATTERY_FAULTS = {
  dead: {
    on: 'each loss of power',
    does: 'the battery of the clock is dead: the clock starts anew in 2000 with its oscillator-stop flag set, and the anti-rollback counter is lost',
    never: 'the EEPROM, which needs no battery, stays as it is',
    fob: 'says so and asks for a hold to go on, has no time until its clock is set, and keeps its accounts',
  },
  low: {
    on: 'each start of the board',
    does: 'the microcontroller measures a supply of 2.5 to 3.0 V until the next start',
    never: 'the supply stays high enough to work',
    fob: 'shows its battery as low',
  },
} satisfies Record<keyof BatteryFaults, FaultFact>;

/** Returns the volts of a battery that is nearly empty. */
export function lowVolts(randomness: Randomness): number {
  const span = LOW_SUPPLY_MAX_MILLIVOLTS - LOW_SUPPLY_MIN_MILLIVOLTS;
  return (LOW_SUPPLY_MIN_MILLIVOLTS + randomness.below(span + 1)) / 1000;
}
