import type { Kysely } from 'kysely';
import { exactText, required } from './columns.ts';

/** The sources from which users recently approved log-ins; and the sources of requests, if they can be trusted. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const exact = exactText(db);
  await db.schema
    .createTable('push_sources')
    .addColumn('user_id', exact, required)
    .addColumn('source', exact, required)
    .addColumn('last_ms', 'bigint', required)
    .addPrimaryKeyConstraint('push_sources_user', ['user_id', 'source'])
    .execute();
  await db.schema.createIndex('push_sources_last').on('push_sources').column('last_ms').execute();
  await db.schema.alterTable('pushes').addColumn('source_key', exact).execute();
  await db.schema.alterTable('pushes').addColumn('familiar_source', exact).execute();
}
