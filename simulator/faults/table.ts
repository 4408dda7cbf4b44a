import type { FaultName, FaultPlace } from '../base/fault-plan.ts';
import { BATTERY_FAULTS } from './battery.ts';
import { BUS_FAULTS } from './bus.ts';
import { BUTTON_FAULTS } from './buttons.ts';
import { CLOCK_FAULTS } from './clock.ts';
import { CRYSTAL_FAULTS } from './crystal.ts';
import type { FaultFact } from './fact.ts';
import { MEMORY_FAULTS } from './memory.ts';
import { POWER_FAULTS } from './power.ts';
import { TEMPERATURE_FAULTS } from './temperature.ts';
import { WIRE_FAULTS } from './wire.ts';

const PLACES: Readonly<Record<FaultPlace, Readonly<Record<string, FaultFact>>>> = {
  wire: WIRE_FAULTS,
  bus: BUS_FAULTS,
  memory: MEMORY_FAULTS,
  clock: CLOCK_FAULTS,
  power: POWER_FAULTS,
  buttons: BUTTON_FAULTS,
  battery: BATTERY_FAULTS,
  temperature: TEMPERATURE_FAULTS,
  crystal: CRYSTAL_FAULTS,
};

/** The envelope of every fault, by its name, in the order of the documents. */
export const FAULTS = Object.fromEntries(
  Object.entries(PLACES).flatMap(([place, facts]) =>
    Object.entries(facts).map(([kind, fact]) => [`${place}.${kind}`, fact]),
  ),
) as Readonly<Record<FaultName, FaultFact>>;
