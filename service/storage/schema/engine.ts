import { type Kysely, PostgresAdapter } from 'kysely';

/** Which database a handle is on. */
export type Engine = 'sqlite' | 'postgres';

/** The database a handle, or a transaction of it, is on. */
export function engineOf<T>(db: Kysely<T>): Engine {
  return db.getExecutor().adapter instanceof PostgresAdapter ? 'postgres' : 'sqlite';
}
