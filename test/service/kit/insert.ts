import type { Db } from '@passfob/service/storage/database/database';
import type { Schema } from '@passfob/service/storage/schema/schema';
import type { Insertable } from 'kysely';

/** Adds a row to a table. */
export async function insertIn<T extends keyof Schema>(db: Db, table: T, row: Insertable<Schema[T]>) {
  await db
    .insertInto(table)
    .values(row as never)
    .execute();
}
