import type { ButtonFaults } from '../base/fault-plan.ts';
import {
  BOUNCE_MAX_PAIRS,
  BOUNCE_MAX_US,
  KEY_STUCK_MAX_US,
  KEY_STUCK_MIN_US,
  WORN_BOUNCE_MAX_PAIRS,
  WORN_BOUNCE_MAX_US,
} from '../base/limits.ts';
import type { Randomness } from '../base/randomness.ts';
import type { FaultFact } from './fact.ts';

export const BUTTON_FAULTS = {
  bounce: {
    on: 'each press and each release',
    does: 'the contact bounces like a worn one: up to 12 times within 20 ms; a good one up to 3 times within 4 ms',
    never: 'the contact rests where it belongs 20 ms later',
    fob: 'counts one press',
  },
  stuck: {
    on: 'each release',
    does: 'the contact stays closed for 1 to 60 s more',
    never: 'the contact opens in the end, also if the key is pressed meanwhile',
    fob: 'promises nothing for the first second: it cannot tell a stuck button from a held one; then it waits for the release',
  },
  deaf: {
    on: 'each press',
    does: 'the contact does not close, and stays open until the next press',
    never: 'the release makes no edge either',
    fob: 'sees no press',
  },
} satisfies Record<keyof ButtonFaults, FaultFact>;

/** Returns the times in µs, in order, at which a contact changes after its first edge: an even number of them. */
export function bounces(randomness: Randomness, isWorn: boolean): number[] {
  const pairs = randomness.below((isWorn ? WORN_BOUNCE_MAX_PAIRS : BOUNCE_MAX_PAIRS) + 1);
  const span = isWorn ? WORN_BOUNCE_MAX_US : BOUNCE_MAX_US;
  return Array.from({ length: pairs * 2 }, () => 1 + randomness.below(span)).sort((a, b) => a - b);
}

/** Returns for how many µs a contact stays closed. */
export function stuckUs(randomness: Randomness): number {
  return KEY_STUCK_MIN_US + randomness.below(KEY_STUCK_MAX_US - KEY_STUCK_MIN_US);
}
