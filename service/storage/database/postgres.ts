import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient, sql } from 'kysely';
import pg from 'pg';
import { ServiceError, systemCode } from '../../base/errors.ts';
import { databaseLimits } from '../../base/limits/database.ts';
import { texts } from '../../base/texts/texts.ts';
import type { Schema } from '../schema/schema.ts';
import type { Db, Store } from '../schema/store.ts';
import { CHANNEL, listenPostgres } from './postgres-listen.ts';
import { isPostgresLoss } from './postgres-loss.ts';

/**
 * Lends the connections of a pool, and never again one on which PostgreSQL was lost: the server says first that it ends a
 * session, and closes the connection after that. Who was lent it between the two would be told of an end that is not theirs,
 * or hear nothing where something in between does not pass the closing on.
 */
function onceLost(pool: pg.Pool): PostgresPool {
  return {
    connect: async () => lent(await pool.connect()),
    end: () => pool.end(),
  };
}

function lent(client: pg.PoolClient): PostgresPoolClient {
  let loss: Error | undefined;
  const query = async (text: string, parameters: readonly unknown[]) => {
    // A transaction is rolled back on a connection that is no more: its end did that.
    if (loss !== undefined) throw loss;
    try {
      return await client.query(text, [...parameters]);
    } catch (error) {
      if (isPostgresLoss(error)) loss = error;
      throw error;
    }
  };
  return {
    // The other way to call it is for cursors, of which there are none.
    query: query as unknown as PostgresPoolClient['query'],
    release: isDiscarded => client.release(isDiscarded === true || loss !== undefined),
  };
}

const INT8 = 20;
/** Advisory lock of everything but validations: administration is rare, and one at a time is easy to reason about. */
const WRITING_LOCK = 7_041_979;
/** Two transactions got in each other's way: nothing happened, and trying again is right. */
const RETRIED = new Set(['40001', '40P01', '55P03']);

/** How long an answer of PostgreSQL is waited for. Undefined: until it comes, or the connection ends. */
export interface AnswerTimeout {
  readonly answerMs: number | undefined;
}

const usual: AnswerTimeout = { answerMs: databaseLimits.postgresAnswerMs };

/**
 * Opens a PostgreSQL database; its tables may be older or missing.
 *
 * @param url `postgres://…`, which may hold a password: it is in no error
 */
export function openPostgres(url: string, { answerMs } = usual): Store {
  const pool = new pg.Pool({
    connectionString: url,
    max: databaseLimits.postgresConnectionsMax,
    connectionTimeoutMillis: databaseLimits.openTimeoutMs,
    // A server that is gone without a word is noticed by the operating system, or by what waits for its answer.
    keepAlive: true,
    keepAliveInitialDelayMillis: databaseLimits.postgresKeepAliveMs,
    ...(answerMs !== undefined && { query_timeout: answerMs }),
    idle_in_transaction_session_timeout: databaseLimits.postgresIdleInTransactionMs,
    // Counters and times are below 2^53, where a JavaScript number is exact; the driver would give text.
    types: { getTypeParser: (id, format) => (id === INT8 ? Number : pg.types.getTypeParser(id, format)) },
  });
  // A connection that breaks while it is idle is replaced by the next query, which reports what is wrong.
  pool.on('error', () => undefined);
  // One that breaks while it is used says so to the query, and to the process as well: unheard, that would be its end.
  pool.on('connect', client => client.on('error', () => undefined));
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: onceLost(pool) }) });
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
 * A transaction of PostgreSQL, begun anew where it lost against another. One whose connection was lost is not: it may have
 * been committed, and then nobody has been told.
 */
export async function transactPostgres<T>(db: Db, work: (transaction: Db) => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + databaseLimits.busyTimeoutMs;
  for (;;)
    try {
      return await db.transaction().execute(work);
    } catch (error) {
      if (isPostgresLoss(error)) throw new ServiceError('busy', texts.startup.databaseLost, error);
      if (!RETRIED.has(systemCode(error))) throw error;
      if (performance.now() > giveUpAt) throw new ServiceError('busy', texts.startup.databaseBusy, error);
    }
}

/** `writing` on PostgreSQL: one at a time over all nodes, validations apart; who waits too long gives up. */
export function writingPostgres<T>(db: Db, work: (transaction: Db) => Promise<T>): Promise<T> {
  return transactPostgres(db, async transaction => {
    await sql`set local lock_timeout = ${sql.lit(databaseLimits.busyTimeoutMs)}`.execute(transaction);
    await sql`select pg_advisory_xact_lock(${sql.lit(WRITING_LOCK)})`.execute(transaction);
    return work(transaction);
  });
}
