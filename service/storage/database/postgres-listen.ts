import pg from 'pg';
import { databaseLimits } from '../../base/limits/database.ts';

/** The channel that nodes announce changes on. */
export const CHANNEL = 'passfob_changes';

/** How a connection that only hears is known to hear. */
export interface HeartbeatOptions {
  /** From one question to the next. */
  readonly beatMs: number;
  /** An answer that takes longer does not come. */
  readonly answerMs: number;
}

const usual: HeartbeatOptions = {
  beatMs: databaseLimits.changeBeatMs,
  answerMs: databaseLimits.openTimeoutMs,
};

/**
 * Listens on a connection of its own, and on a new one after a while where it breaks, or does not answer any more: a
 * connection that only waits is not told of an end that something in between has kept to itself. What was announced before it is
 * heard is made good for: something may have changed.
 *
 * @returns stops it
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
