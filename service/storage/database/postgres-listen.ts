import pg from 'pg';
import { databaseLimits } from '../../base/limits/database.ts';

/** The channel on which nodes announce changes. */
export const CHANNEL = 'passfob_changes';

/** How to detect that a listening connection is dead. */
export interface HeartbeatOptions {
  /** Interval between two heartbeats. */
  readonly beatMs: number;
  /** Time after which a missing response counts as lost. */
  readonly answerMs: number;
}

const usual: HeartbeatOptions = {
  beatMs: databaseLimits.changeBeatMs,
  answerMs: databaseLimits.openTimeoutMs,
};

/**
 * Listens on a connection of its own, and after a while on a new one if it breaks or does not respond any more: a
 * connection that only waits may not notice that something in between dropped it. After every new start of listening
 * it reports a change, because announcements may have been missed.
 *
 * @returns a function that stops listening
 */
export function listenPostgres(url: string, changed: () => void, { beatMs, answerMs } = usual): () => void {
  let client: pg.Client | undefined;
  let next: NodeJS.Timeout | undefined;
  let isStopped = false;
  const later = (ms: number, work: () => void) => {
    next = setTimeout(work, ms).unref();
  };
  const end = (broken: pg.Client) => {
    broken.end().catch(() => undefined);
    if (isStopped || client !== broken) return;
    client = undefined;
    clearTimeout(next);
    later(databaseLimits.changeListenAgainMs, start);
  };
  const ask = (asked: pg.Client) => {
    asked
      .query('select 1')
      .then(() => {
        if (!isStopped && client === asked) later(beatMs, () => ask(asked));
      })
      .catch(() => end(asked));
  };
  const start = () => {
    const fresh = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: databaseLimits.openTimeoutMs,
      query_timeout: answerMs,
    });
    client = fresh;
    fresh.on('error', () => end(fresh));
    fresh.on('notification', changed);
    fresh
      .connect()
      .then(() => fresh.query(`listen ${CHANNEL}`))
      .then(() => {
        if (isStopped) return;
        changed();
        ask(fresh);
      })
      .catch(() => end(fresh));
  };
  start();
  return () => {
    isStopped = true;
    clearTimeout(next);
    client?.end().catch(() => undefined);
  };
}
