import { changedSince } from './built.ts';

/**
 * Checks once whether the build is of the present sources; tests that run it read the result from the environment
 * (`built.ts`).
 */
export function setup(): void {
  process.env.PASSFOB_CHANGED = changedSince();
}
