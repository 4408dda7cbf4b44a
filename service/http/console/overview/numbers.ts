import { consoleLimits } from '../../../base/limits/console.ts';
import type { TokenState } from '../../../base/token-states.ts';
import { listJobs } from '../../../subjects/jobs/jobs.ts';
import { countTokensByState, readFobDrifts } from '../../../subjects/tokens/views.ts';
import { lockedAccounts } from '../../../subjects/users/locked-accounts.ts';
import { countUsers } from '../../../subjects/users/user-views.ts';
import { countOutcomes, type OutcomeCount } from '../../../subjects/validation/summary.ts';
import type { WebContext } from '../../web/context.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The numbers of the dashboard. */
export interface Numbers {
  readonly users: { readonly all: number; readonly disabled: number };
  readonly locked: number;
  readonly tokens: Readonly<Record<TokenState, number>>;
  readonly jobsOpen: number;
  readonly hours: readonly OutcomeCount[];
  readonly days: readonly OutcomeCount[];
  readonly drifts: readonly number[];
}

/**
 * Returns a function that counts, and keeps the counts for a few seconds. The page reloads at every log-in, and
 * counting a million rows each time would slow the log-ins down.
 *
 * @param steadyMs a clock that never goes back
 */
export function makeNumbers(context: WebContext, steadyMs: () => number): () => Promise<Numbers> {
  let kept: { readonly untilMs: number; readonly numbers: Promise<Numbers> } | undefined;
  return () => {
    if (kept !== undefined && steadyMs() < kept.untilMs) return kept.numbers;
    const numbers = count(context);
    kept = { untilMs: steadyMs() + consoleLimits.countsKeptMs, numbers };
    // A failure is not kept. The caller gets it from the promise itself.
    numbers.catch(() => {
      kept = undefined;
    });
    return numbers;
  };
}

async function count(context: WebContext): Promise<Numbers> {
  const { db } = context;
  const nowMs = context.clock();
  // Up to the end of the hour and of the day, so that the columns match the clock.
  const hourEndMs = (Math.floor(nowMs / HOUR_MS) + 1) * HOUR_MS;
  const dayEndMs = (Math.floor(nowMs / DAY_MS) + 1) * DAY_MS;
  const jobs = await listJobs(db);
  return {
    users: await countUsers(db),
    locked: (await lockedAccounts(db, await context.lock(), nowMs)).size,
    tokens: await countTokensByState(db),
    jobsOpen: jobs.filter(({ state }) => state !== 'done' && state !== 'cancelled').length,
    hours: await countOutcomes(db, { toMs: hourEndMs, stretchMs: HOUR_MS, count: consoleLimits.plotHours }),
    days: await countOutcomes(db, { toMs: dayEndMs, stretchMs: DAY_MS, count: consoleLimits.plotDays }),
    drifts: await readFobDrifts(db),
  };
}
