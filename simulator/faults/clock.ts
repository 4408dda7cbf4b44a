import type { ClockFaults } from '../base/fault-plan.ts';
import { CLOCK_JUMP_MAX_SECONDS, CLOCK_STOP_MAX_SECONDS } from '../base/limits.ts';
import type { Randomness } from '../base/randomness.ts';
import type { FaultFact } from './fact.ts';

export const CLOCK_FAULTS = {
  stop: {
    on: 'each reading of the time',
    does: 'the oscillator has stood for 1 to 3,600 s: the time is late by as much, and the oscillator-stop flag is set',
    never: 'the registers beside the time keep their contents',
    fob: 'has no time and makes no timed passcodes until its clock is set',
  },
  jump: {
    on: 'each reading of the time',
    does: 'the time jumps by up to a day, ahead or back, and the oscillator-stop flag is not set',
    never: 'the calendar stays valid',
    fob: 'promises nothing: it believes the clock, and its timed passcodes are wrong until its clock is set',
  },
} satisfies Record<keyof ClockFaults, FaultFact>;

/** Returns by how many seconds a stopped clock is late. */
export function stoppedSeconds(randomness: Randomness): number {
  return 1 + randomness.below(CLOCK_STOP_MAX_SECONDS);
}

/** Returns by how many seconds a clock jumps; negative: back. */
export function jumpSeconds(randomness: Randomness): number {
  const size = 1 + randomness.below(CLOCK_JUMP_MAX_SECONDS);
  return randomness.below(2) === 0 ? size : -size;
}
