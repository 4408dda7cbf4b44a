import { sweepAlerts } from '../alerts/alerts.ts';
import { sweepChallenges } from '../challenges/sweep.ts';
import type { Db } from '../data/database.ts';
import { limits } from '../limits.ts';
import { sweepPushes } from '../push/ends.ts';
import { sweepStates } from '../radius/states.ts';
import { sweepTemporaryCodes } from '../tokens/codes/temporary-codes.ts';
import { sweepAnswers } from './answers.ts';
import { sweepEvents } from './events.ts';

/** The background work that keeps bounded tables within their bounds. */
export interface Sweeping {
  /** Ends it; resolves when what was being done is done. */
  stop(): Promise<void>;
}

/** One turn of it. @throws an error of the database */
export async function sweep(db: Db, nowMs: number): Promise<void> {
  await sweepAnswers(db, nowMs);
  await sweepEvents(db);
  await sweepTemporaryCodes(db, nowMs);
  await sweepAlerts(db);
  await sweepChallenges(db, nowMs);
  await sweepStates(db, nowMs);
  await sweepPushes(db, nowMs);
}

/** Sweeps every minute: what is over its time or its number goes. Nothing depends on when. */
export function startSweeping(db: Db, clock: () => number): Sweeping {
  let sweeping: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    // A database that is in use or full now is swept next time; log-ins tell of it themselves.
    sweeping = sweeping.then(() => sweep(db, clock())).catch(() => undefined);
  }, limits.sweepMs).unref();
  return {
    async stop() {
      clearInterval(timer);
      await sweeping;
    },
  };
}
