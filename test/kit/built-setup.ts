import { changedSince } from './built.ts';

/** Looks once whether what was built is of the present sources; tests that run it ask by the environment (`built.ts`). */
export function setup(): void {
  process.env.PASSFOB_CHANGED = changedSince();
}
