import type { Kysely } from 'kysely';
import { exactText, required } from './columns.ts';

/** Self-enrolment: one row for each activation that an operator issued, and the sessions of the self-service page. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createActivations(db);
  await createPairings(db);
}

async function createActivations(db: Kysely<unknown>): Promise<void> {
  const exact = exactText(db);
  await db.schema
    .createTable('activations')
    .addColumn('id', exact, column => column.primaryKey())
    .addColumn('user_id', exact, required)
    .addColumn('token_id', exact)
    .addColumn('policy_id', exact)
    .addColumn('replaces', exact)
    .addColumn('fobs', 'text', required)
    .addColumn('code_hash', exact, column => column.notNull().unique())
    .addColumn('state', 'text', required)
    .addColumn('reason', 'text')
    .addColumn('attempts', 'integer', column => column.notNull().defaultTo(0))
    .addColumn('created_ms', 'bigint', required)
    .addColumn('expires_ms', 'bigint', required)
    .addColumn('reminded_ms', 'bigint')
    .addColumn('expiry_told_ms', 'bigint')
    .addColumn('claim', 'text')
    .addColumn('claimed_until_ms', 'bigint')
    .addColumn('fob_id', exact)
    .addColumn('step', 'text', required)
    .addColumn('used_ms', 'bigint')
    .addColumn('actor', 'text', required)
    .execute();
  await db.schema
    .createIndex('activations_user')
    .on('activations')
    .columns(['user_id', 'created_ms'])
    .execute();
  await db.schema
    .createIndex('activations_created')
    .on('activations')
    .columns(['created_ms', 'id'])
    .execute();
  await db.schema
    .createIndex('activations_state')
    .on('activations')
    .columns(['state', 'expires_ms'])
    .execute();
}

async function createPairings(db: Kysely<unknown>): Promise<void> {
  const exact = exactText(db);
  await db.schema
    .createTable('fob_pairings')
    .addColumn('id', exact, column => column.primaryKey())
    .addColumn('serial', exact, required)
    .addColumn('sealed_secrets', 'text', required)
    .addColumn('key_id', 'text', required)
    .addColumn('created_ms', 'bigint', required)
    .execute();
  await db.schema.createIndex('fob_pairings_serial').on('fob_pairings').column('serial').execute();
  await db.schema
    .alterTable('fobs')
    .addColumn('nickname', 'text', column => column.notNull().defaultTo(''))
    .execute();
  await db.schema
    .createTable('user_sessions')
    .addColumn('token_hash', exact, column => column.primaryKey())
    .addColumn('user_id', exact, required)
    .addColumn('kind', 'text', required)
    .addColumn('created_ms', 'bigint', required)
    .addColumn('expires_ms', 'bigint', required)
    .execute();
}
