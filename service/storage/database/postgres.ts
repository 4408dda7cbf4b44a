import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { ServiceError, systemCode } from '../../base/errors.ts';
import { databaseLimits } from '../../base/limits/database.ts';
import { texts } from '../../base/texts/texts.ts';
import { withNext } from '../queries/together.ts';
import type { Schema } from '../schema/schema.ts';
import type { Db, Store } from '../schema/store.ts';
import { CHANNEL, listenPostgres } from './postgres-listen.ts';
import { isPostgresLoss } from './postgres-loss.ts';
import { NamesUnusable, pipelined } from './postgres-pipeline.ts';

const INT8 = 20;
/**
 * Advisory lock of all writers except validations: administration is rare, and easy to reason about one at a time.
 */
const WRITING_LOCK = 7_041_979;
/** Two transactions conflicted: nothing was committed, and the right reaction is to try again. */
const RETRIED = new Set(['40001', '40P01', '55P03']);

/**
 * Transactions find their rows by index. Where a table has grown since its rows were last counted, PostgreSQL would
 * rather read all of it. For the same reason it plans named statements for each use: a plan that it made while a table
 * was small reads a whole index.
 */
const BY_INDEX = {
  sql: `select set_config('enable_seqscan', 'off', true), set_config('plan_cache_mode', 'force_custom_plan', true)`,
  parameters: [],
};

/**
 * Compiling a statement of a search takes longer than running it: the planner does not see how soon it ends. A failure
 * costs only time.
 */
const WITHOUT_JIT = 'set jit = off';

/** How long to wait for a response of PostgreSQL. Undefined: until it comes, or the connection ends. */
export interface AnswerTimeout {
  readonly answerMs: number | undefined;
}

const usual: AnswerTimeout = { answerMs: databaseLimits.postgresAnswerMs };

/**
 * Opens a PostgreSQL database; its tables may be older or missing.
 *
 * @param url `postgres://…`, which may hold a password: no error contains it
 */
export function openPostgres(url: string, { answerMs } = usual): Store {
  const pool = new pg.Pool({
    connectionString: url,
    max: databaseLimits.postgresConnectionsMax,
    connectionTimeoutMillis: databaseLimits.openTimeoutMs,
    pipeline: true,
    // The operating system detects a silently lost server, or the response timeout does.
    keepAlive: true,
    keepAliveInitialDelayMillis: databaseLimits.postgresKeepAliveMs,
    ...(answerMs !== undefined && { query_timeout: answerMs }),
    idle_in_transaction_session_timeout: databaseLimits.postgresIdleInTransactionMs,
    // Counters and times are below 2^53, where a JavaScript number is exact; the driver would return text.
    types: { getTypeParser: (id, format) => (id === INT8 ? Number : pg.types.getTypeParser(id, format)) },
  });
  // The next query replaces a connection that breaks while idle, and reports the error.
  pool.on('error', () => undefined);
  // A connection that breaks while in use reports it to the query and emits an event: without a listener, that would
  // end the process.
  pool.on('connect', client => {
    client.on('error', () => undefined);
    client.query(WITHOUT_JIT).catch(() => undefined);
  });
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: pipelined(pool) }) });
  return {
    db,
    engine: 'postgres',
    areFilesHeld: () => true,
    watch: changed => listenPostgres(url, changed),
    announce: async () => {
      await sql`select pg_notify(${CHANNEL}, '')`.execute(db);
    },
    close: () => db.destroy(),
  };
}

/**
 * Runs a transaction of PostgreSQL, again if it lost a conflict. It is not repeated after a lost connection: it may
 * have been committed without confirmation.
 */
export async function transactPostgres<T>(db: Db, work: (transaction: Db) => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + databaseLimits.busyTimeoutMs;
  for (;;)
    try {
      return await db.transaction().execute(async transaction => {
        await withNext(transaction, BY_INDEX);
        return work(transaction);
      });
    } catch (error) {
      if (isPostgresLoss(error)) throw new ServiceError('busy', texts.startup.databaseLost, error);
      if (!RETRIED.has(systemCode(error)) && !(error instanceof NamesUnusable)) throw error;
      if (performance.now() > giveUpAt) throw new ServiceError('busy', texts.startup.databaseBusy, error);
    }
}

/**
 * `writing` on PostgreSQL: one at a time over all nodes, except validations; a writer that waits too long gives up.
 */
export function writingPostgres<T>(db: Db, work: (transaction: Db) => Promise<T>): Promise<T> {
  return transactPostgres(db, async transaction => {
    await sql`set local lock_timeout = ${sql.lit(databaseLimits.busyTimeoutMs)}`.execute(transaction);
    await sql`select pg_advisory_xact_lock(${sql.lit(WRITING_LOCK)})`.execute(transaction);
    return work(transaction);
  });
}
