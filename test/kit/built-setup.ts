import { outdated } from './built.ts';

/** Looks once whether what was built is of the present sources; tests that run it ask by the environment (`built.ts`). */
export function setup(): void {
  const changed = outdated();
  if (changed === undefined) delete process.env.PASSFOB_OUTDATED;
  else process.env.PASSFOB_OUTDATED = changed;
}
