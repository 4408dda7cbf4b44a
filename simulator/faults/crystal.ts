import type { CrystalFaults } from '../base/fault-plan.ts';
import { CRYSTAL_RESTART_MAX_US, CRYSTAL_RESTART_MIN_US, SLOW_CRYSTAL_MAX_US } from '../base/limits.ts';
import type { Randomness } from '../base/randomness.ts';
import type { FaultFact } from './fact.ts';

export const CRYSTAL_FAULTS = {
  absent: {
    on: 'each reset of the processor of an Espruino Pico or Espruino WiFi',
    does: 'the crystal does not start: Espruino stays on the internal oscillator',
    always: 'the crystal does not start later either',
    fob: 'runs on the internal oscillator anyway',
  },
  slow: {
    on: 'each reset of the processor of an Espruino Pico or Espruino WiFi',
    does: 'where Espruino changes to the crystal, it stands still for 1 to 2 s; otherwise for 0.1 to 1 s',
    always: 'the crystal keeps its rate once it runs',
    fob: 'turns the crystal off before Espruino changes to it, so that nothing stands still',
  },
} satisfies Record<keyof CrystalFaults, FaultFact>;

/** Returns for how many µs the oscillator of the crystal stands after its reset. */
export function restartUs(randomness: Randomness, isSlow: boolean): number {
  const [least, most] = isSlow
    ? [CRYSTAL_RESTART_MAX_US, SLOW_CRYSTAL_MAX_US]
    : [CRYSTAL_RESTART_MIN_US, CRYSTAL_RESTART_MAX_US];
  return least + randomness.below(most - least);
}
