import { setTimeout as wait } from 'node:timers/promises';
import { recordLimits } from '../base/limits/records.ts';

/**
 * Does long work in steps, with a pause after each in which others get the database: no log-in waits longer than for one
 * step. A step has a transaction of its own and a bound on its rows, so work that is cut off goes on from there.
 *
 * @param step returns whether there is more to do
 * @param signal ends the work after its present step
 */
export async function inSteps(step: () => Promise<boolean>, signal?: AbortSignal): Promise<void> {
  while (signal?.aborted !== true && (await step()))
    await wait(recordLimits.sweepPauseMs, undefined, { ref: false });
}
