import type { Kysely } from 'kysely';
import { exactText, required } from './columns.ts';

/** RADIUS clients, each with a secret of its own. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const exact = exactText(db);
  await db.schema
    .createTable('radius_clients')
    .addColumn('id', exact, column => column.primaryKey())
    .addColumn('name', exact, column => column.notNull().unique())
    .addColumn('address', exact, column => column.notNull().unique())
    .addColumn('application_id', exact, required)
    .addColumn('sealed_secret', 'text', required)
    .addColumn('key_id', exact, required)
    .addColumn('created_ms', 'bigint', required)
    .execute();
}
