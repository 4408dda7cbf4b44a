import { validationLimits } from '../base/limits/validation.ts';
import { sweepStates } from '../radius/states.ts';
import type { Db } from '../storage/database/database.ts';
import { sweepIdempotencyCache } from '../storage/idempotency.ts';
import { sweepAlerts } from '../subjects/alerts/alerts.ts';
import { sweepChallenges } from '../subjects/challenges/sweep.ts';
import { sweepPushes } from '../subjects/push/expiry.ts';
import { sweepTemporaryCodes } from '../subjects/tokens/codes/temporary-codes.ts';
import { sweepEvents } from '../subjects/validation/sweep.ts';

/** The background work that keeps bounded tables within their bounds. */
export interface Sweeping {
  /** Stops it; resolves when the running turn is done. */
  stop(): Promise<void>;
}

/** Runs one turn. @param signal ends it early @throws an error of the database */
export async function sweep(db: Db, nowMs: number, signal?: AbortSignal): Promise<void> {
  await sweepIdempotencyCache(db, nowMs);
  await sweepTemporaryCodes(db, nowMs);
  await sweepAlerts(db);
  await sweepChallenges(db, nowMs);
  await sweepStates(db, nowMs);
  await sweepPushes(db, nowMs);
  // Last, because after a busy day, or a shorter time, it takes long.
  await sweepEvents(db, nowMs, signal);
}

/** Every minute deletes rows that are expired or above their limit. Nothing depends on the exact time. */
export function startSweeping(db: Db, clock: () => number): Sweeping {
  const stopping = new AbortController();
  let sweeping: Promise<void> | undefined;
  const timer = setInterval(() => {
    // A turn that takes longer than a minute is not joined by the next one. If the database is busy or full now, the next
    // turn tries again; log-ins report the fault themselves.
    sweeping ??= sweep(db, clock(), stopping.signal)
      .catch(() => undefined)
      .finally(() => {
        sweeping = undefined;
      });
  }, validationLimits.sweepMs).unref();
  return {
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await sweeping;
    },
  };
}
