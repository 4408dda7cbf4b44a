import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type pg from 'pg';
import { isPostgresLoss } from './postgres-loss.ts';

/**
 * Lends the connections of a pool, and never again one on which PostgreSQL was lost: the server says first that it ends a
 * session, and closes the connection after that. Who was lent it between the two would be told of an end that is not theirs,
 * or hear nothing where something in between does not pass the closing on.
 */
export function onceLost(pool: pg.Pool): PostgresPool {
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
