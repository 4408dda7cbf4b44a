import { type Kysely, PostgresAdapter } from 'kysely';

/** Which database a handle is on. */
export type DatabaseEngine = 'sqlite' | 'postgres';

/** The database a handle, or a transaction of it, is on. */
export function engineOf<T>(db: Kysely<T>): DatabaseEngine {
  return db.getExecutor().adapter instanceof PostgresAdapter ? 'postgres' : 'sqlite';
}
