import type { Kysely } from 'kysely';
import { exactText, required } from './columns.ts';

/** Push approval: the keys of fobs, the agents that carry them, and the requests. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createKeys(db);
  await createPushes(db);
}

async function createKeys(db: Kysely<unknown>): Promise<void> {
  const exact = exactText(db);
  await db.schema
    .createTable('push_keys')
    .addColumn('fob_id', exact, column => column.primaryKey())
    .addColumn('account', exact, required)
    .addColumn('suite', 'text', required)
    .addColumn('sealed_secret', 'text', required)
    .addColumn('key_id', exact, required)
    .addColumn('proved_ms', 'bigint')
    .addColumn('created_ms', 'bigint', required)
    .execute();
  await db.schema
    .createTable('agent_fobs')
    .addColumn('fob_id', exact, column => column.primaryKey())
    .addColumn('link', exact, required)
    .addColumn('port', 'text', required)
    .addColumn('since_ms', 'bigint', required)
    .addColumn('seen_ms', 'bigint', required)
    .execute();
}

async function createPushes(db: Kysely<unknown>): Promise<void> {
  const exact = exactText(db);
  await db.schema
    .createTable('pushes')
    .addColumn('id', exact, column => column.primaryKey())
    .addColumn('kind', 'text', required)
    .addColumn('user_id', exact)
    .addColumn('token_id', exact)
    .addColumn('fob_id', exact)
    .addColumn('application_id', exact, required)
    .addColumn('session_hash', exact, required)
    .addColumn('proofs', exact, required)
    .addColumn('source', 'text', required)
    .addColumn('request_id', 'text', required)
    .addColumn('number', 'integer', required)
    .addColumn('question', 'text', required)
    .addColumn('state', exact, required)
    .addColumn('link', exact)
    .addColumn('quiet_until_ms', 'bigint', column => column.notNull().defaultTo(0))
    .addColumn('created_ms', 'bigint', required)
    .addColumn('expires_ms', 'bigint', required)
    .addColumn('decided_ms', 'bigint')
    .execute();
  await db.schema.createIndex('pushes_user').on('pushes').columns(['user_id', 'created_ms']).execute();
  await db.schema.createIndex('pushes_state').on('pushes').columns(['state', 'expires_ms']).execute();
  await db.schema.createIndex('pushes_expires').on('pushes').column('expires_ms').execute();
}
