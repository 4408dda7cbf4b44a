import { type Kysely, PostgresAdapter } from 'kysely';

/** The kind of database behind a handle. */
export type DatabaseEngine = 'sqlite' | 'postgres';

/** Returns the kind of database behind a handle or transaction. */
export function engineOf<T>(db: Kysely<T>): DatabaseEngine {
  return db.getExecutor().adapter instanceof PostgresAdapter ? 'postgres' : 'sqlite';
}
