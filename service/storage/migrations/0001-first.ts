import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { exactText, withIdentity } from './columns.ts';

/** The first tables: users, tokens and the records of validation. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createPeopleAndTokens(db);
  await createRecords(db);
  await createOperators(db);
}

async function createPeopleAndTokens(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('users')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('name', exactText(db), column => column.notNull().unique())
    .addColumn('failures', 'integer', column => column.notNull().defaultTo(0))
    .addColumn('last_failure_ms', 'bigint')
    .addColumn('created_ms', 'bigint', column => column.notNull())
    .execute();
  await db.schema
    .createTable('applications')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('name', exactText(db), column => column.notNull().unique())
    .addColumn('key_hash', 'text', column => column.notNull().unique())
    .addColumn('created_ms', 'bigint', column => column.notNull())
    .execute();
  await db.schema
    .createTable('tokens')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('serial', exactText(db), column => column.notNull().unique())
    .addColumn('user_id', 'text', column => column.references('users.id'))
    .addColumn('state', 'text', column => column.notNull())
    .addColumn('kind', 'text', column => column.notNull())
    .addColumn('algorithm', 'text', column => column.notNull())
    .addColumn('digits', 'integer', column => column.notNull())
    .addColumn('period_seconds', 'integer')
    .addColumn('last_step', 'bigint', column => column.notNull())
    .addColumn('drift_steps', 'integer', column => column.notNull().defaultTo(0))
    .addColumn('sealed_secret', 'text')
    .addColumn('key_id', 'text')
    .addColumn('issuer', 'text', column => column.notNull())
    .addColumn('label', 'text', column => column.notNull())
    .addColumn('created_ms', 'bigint', column => column.notNull())
    .addColumn('last_used_ms', 'bigint')
    .addCheckConstraint('tokens_last_step', sql`last_step >= -1`)
    .addCheckConstraint('tokens_period', sql`(kind = 'totp') = (period_seconds is not null)`)
    .addCheckConstraint('tokens_revoked', sql`state <> 'revoked' or sealed_secret is null`)
    .execute();
  await db.schema.createIndex('tokens_user').on('tokens').column('user_id').execute();
}

async function createRecords(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('spent')
    .addColumn('token_id', 'text', column => column.notNull().references('tokens.id'))
    .addColumn('step', 'bigint', column => column.notNull())
    .addColumn('code_mac', 'text', column => column.notNull())
    .addColumn('accepted_ms', 'bigint', column => column.notNull())
    .addColumn('source', 'text', column => column.notNull())
    .addColumn('application_id', 'text', column => column.notNull().references('applications.id'))
    .addPrimaryKeyConstraint('spent_key', ['token_id', 'step'])
    .execute();
  await withIdentity(db, db.schema.createTable('alerts'))
    .addColumn('kind', 'text', column => column.notNull())
    .addColumn('dedupe', 'text', column => column.notNull().unique())
    .addColumn('user_id', 'text', column => column.notNull().references('users.id'))
    .addColumn('token_id', 'text', column => column.notNull().references('tokens.id'))
    .addColumn('step', 'bigint', column => column.notNull())
    .addColumn('first_use_ms', 'bigint', column => column.notNull())
    .addColumn('first_use_source', 'text', column => column.notNull())
    .addColumn('count', 'integer', column => column.notNull())
    .addColumn('first_ms', 'bigint', column => column.notNull())
    .addColumn('last_ms', 'bigint', column => column.notNull())
    .addColumn('last_source', 'text', column => column.notNull())
    .execute();
  await withIdentity(db, db.schema.createTable('events'))
    .addColumn('at_ms', 'bigint', column => column.notNull())
    .addColumn('user_id', 'text', column => column.references('users.id'))
    .addColumn('token_id', 'text', column => column.references('tokens.id'))
    .addColumn('application_id', 'text', column => column.notNull().references('applications.id'))
    .addColumn('outcome', 'text', column => column.notNull())
    .addColumn('source', 'text', column => column.notNull())
    .addColumn('request_id', 'text', column => column.notNull())
    .execute();
  await db.schema
    .createTable('answers')
    .addColumn('fingerprint', 'text', column => column.primaryKey())
    .addColumn('outcome', 'text', column => column.notNull())
    .addColumn('expires_ms', 'bigint', column => column.notNull())
    .execute();
  await db.schema.createIndex('answers_expiry').on('answers').column('expires_ms').execute();
}

async function createOperators(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('operator_links')
    .addColumn('key_hash', 'text', column => column.primaryKey())
    .addColumn('expires_ms', 'bigint', column => column.notNull())
    .addColumn('used_ms', 'bigint')
    .execute();
  await db.schema
    .createTable('operator_sessions')
    .addColumn('token_hash', 'text', column => column.primaryKey())
    .addColumn('expires_ms', 'bigint', column => column.notNull())
    .execute();
}
