import { consoleLimits } from '../../../base/limits/console.ts';
import type { TokenState } from '../../../base/token-states.ts';
import { listJobs } from '../../../features/jobs/jobs.ts';
import { countTokensByState, readFobDrifts } from '../../../features/tokens/views.ts';
import { lockedAccounts } from '../../../features/users/locked-accounts.ts';
import { countUsers } from '../../../features/users/user-views.ts';
import { countOutcomes, type OutcomeCount } from '../../../features/validation/summary.ts';
import type { WebContext } from '../../web/context.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What the dashboard counts. */
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
 * Counts, and keeps what was counted for a few seconds: the page is loaded anew whenever somebody logs in, and counting a
 * million rows each time would be at the cost of those who do.
 *
 * @param steadyMs a clock that never goes back
 */
export function makeNumbers(context: WebContext, steadyMs: () => number): () => Promise<Numbers> {
  let kept: { readonly untilMs: number; readonly numbers: Promise<Numbers> } | undefined;
  return () => {
    if (kept !== undefined && steadyMs() < kept.untilMs) return kept.numbers;
    const numbers = count(context);
    kept = { untilMs: steadyMs() + consoleLimits.countsKeptMs, numbers };
    // A failure is not kept. The caller hears of it from the promise itself.
    numbers.catch(() => {
      kept = undefined;
    });
    return numbers;
  };
}

async function count(context: WebContext): Promise<Numbers> {
  const { db } = context;
  const nowMs = context.clock();
  // To the end of the hour and of the day, so that stretches are the ones of the clock.
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
