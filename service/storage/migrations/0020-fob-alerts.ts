import type { Kysely } from 'kysely';
import { exactText } from './columns.ts';

/** Alerts about fobs, and since when agents report a fob without a session that it completed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('alerts').addColumn('fob_id', exactText(db)).execute();
  for (const name of ['reported_ms', 'reported_last_ms'])
    await db.schema.alterTable('fobs').addColumn(name, 'bigint').execute();
}
