import { type Kysely, sql } from 'kysely';
import { engineOf } from '../schema/engine.ts';
import { createAudit, createJobs } from './0002-records.ts';
import { exactText, required, withIdentity } from './columns.ts';

/**
 * The tables of administration: users with passwords and PINs, policies, fobs, jobs, audit and the outbox of alerts.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await widenPeople(db);
  await createFobsAndPolicies(db);
  await widenTokens(db);
  await foldSpent(db);
  await remakeAlerts(db);
  await createAudit(db);
  await remakeOperators(db);
  await createJobs(db);
}

async function widenPeople(db: Kysely<unknown>): Promise<void> {
  const users = () => db.schema.alterTable('users');
  await users()
    .addColumn('display_name', 'text', column => column.notNull().defaultTo(''))
    .execute();
  await users().addColumn('email', 'text').execute();
  await users().addColumn('password_hash', 'text').execute();
  await users().addColumn('pin_hash', 'text').execute();
  await users()
    .addColumn('pin_change', 'integer', column => column.notNull().defaultTo(0))
    .execute();
  await users().addColumn('disabled_ms', 'bigint').execute();
  await db.schema
    .createIndex('users_failures')
    .on('users')
    .column('failures')
    .where('failures', '>', 0)
    .execute();
  const applications = () => db.schema.alterTable('applications');
  await applications()
    .addColumn('factors', 'text', column => column.notNull().defaultTo('otp'))
    .execute();
  await applications().addColumn('disabled_ms', 'bigint').execute();
  await db.schema
    .createTable('settings')
    .addColumn('name', 'text', column => column.primaryKey())
    .addColumn('value', 'text', required)
    .addColumn('changed_ms', 'bigint', required)
    .execute();
  await db.schema
    .createTable('service_keys')
    .addColumn('name', 'text', column => column.primaryKey())
    .addColumn('public_key', 'text', required)
    .addColumn('sealed_key', 'text', required)
    .addColumn('key_id', 'text', required)
    .addColumn('created_ms', 'bigint', required)
    .execute();
}

async function createFobsAndPolicies(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('fobs')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('serial', exactText(db), column => column.notNull().unique())
    .addColumn('board', 'text', required)
    .addColumn('firmware', 'text', required)
    .addColumn('sealed_secrets', 'text')
    .addColumn('key_id', 'text')
    .addColumn('clock_set_ms', 'bigint')
    .addColumn('clock_error_ms', 'bigint')
    .addColumn('drift_ppm', 'real')
    .addColumn('created_ms', 'bigint', required)
    .execute();
  await db.schema
    .createTable('policies')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('name', exactText(db), column => column.notNull().unique())
    .addColumn('version', 'integer', required)
    .addColumn('kind', 'text', required)
    .addColumn('algorithm', 'text', required)
    .addColumn('alphabet', 'text', required)
    .addColumn('digits', 'integer', required)
    .addColumn('period_seconds', 'integer')
    .addColumn('pin_place', 'text', required)
    .addColumn('pin_min_digits', 'integer', required)
    .addColumn('created_ms', 'bigint', required)
    .addColumn('changed_ms', 'bigint', required)
    .execute();
}

async function widenTokens(db: Kysely<unknown>): Promise<void> {
  const tokens = () => db.schema.alterTable('tokens');
  await tokens()
    .addColumn('alphabet', 'text', column => column.notNull().defaultTo('decimal'))
    .execute();
  await tokens()
    .addColumn('pin_place', 'text', column => column.notNull().defaultTo('none'))
    .execute();
  await tokens()
    .addColumn('fob_id', 'text', column => column.references('fobs.id'))
    .execute();
  await tokens()
    .addColumn('policy_id', 'text', column => column.references('policies.id'))
    .execute();
  await tokens().addColumn('policy_version', 'integer').execute();
  await tokens().addColumn('revoked_reason', 'text').execute();
  await tokens()
    .addColumn('recent', 'text', column => column.notNull().defaultTo('[]'))
    .execute();
  await sql`update tokens set revoked_reason = 'retired' where state = 'revoked'`.execute(db);
  await db.schema.createIndex('tokens_fob').on('tokens').column('fob_id').execute();
  // Both parts by code point, so that a prefix is a range of the index.
  const label = engineOf(db) === 'postgres' ? sql`label collate "C"` : sql`label`;
  await sql`create index tokens_label on tokens (${label}, serial)`.execute(db);
  await db.schema.createIndex('tokens_state').on('tokens').columns(['state', 'serial']).execute();
  await db.schema.createIndex('tokens_key').on('tokens').columns(['key_id', 'id']).execute();
  await db.schema
    .createTable('assignments')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('token_id', 'text', column => column.notNull().references('tokens.id'))
    .addColumn('user_id', 'text', column => column.notNull().references('users.id'))
    .addColumn('from_ms', 'bigint', required)
    .addColumn('to_ms', 'bigint')
    .addColumn('actor', 'text', required)
    .execute();
  await db.schema
    .createIndex('assignments_token')
    .on('assignments')
    .columns(['token_id', 'from_ms'])
    .execute();
  await db.schema.createIndex('assignments_user').on('assignments').columns(['user_id', 'from_ms']).execute();
  await sql`insert into assignments select id, id, user_id, created_ms, null, 'service' from tokens where user_id is not null`.execute(
    db,
  );
  await createCodes(db);
}

async function createCodes(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('temporary_codes')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('user_id', 'text', column => column.notNull().references('users.id'))
    .addColumn('code_mac', 'text', required)
    .addColumn('expires_ms', 'bigint', required)
    .addColumn('used_ms', 'bigint')
    .addColumn('actor', 'text', required)
    .addColumn('created_ms', 'bigint', required)
    .execute();
  await db.schema.createIndex('temporary_codes_user').on('temporary_codes').column('user_id').execute();
  await db.schema
    .createTable('challenges')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('user_id', 'text', column => column.references('users.id'))
    .addColumn('token_id', 'text', column => column.references('tokens.id'))
    .addColumn('application_id', 'text', column => column.notNull().references('applications.id'))
    .addColumn('question', 'text', required)
    .addColumn('session_hash', 'text', required)
    .addColumn('created_ms', 'bigint', required)
    .addColumn('expires_ms', 'bigint', required)
    .addColumn('answered_ms', 'bigint')
    .execute();
  await db.schema.createIndex('challenges_expiry').on('challenges').column('expires_ms').execute();
}

/**
 * From now on each token's row holds its past acceptances: a log-in writes one page less, and nothing has to be
 * deleted. Only the newest acceptance of each token is migrated.
 */
async function foldSpent(db: Kysely<unknown>): Promise<void> {
  const newest = sql`spent.token_id = tokens.id and spent.step = tokens.last_step`;
  const source = sql`replace(replace(spent.source, '\\', ''), '"', '')`;
  await sql`update tokens set recent = (select '[[' || spent.step || ',' || spent.accepted_ms || ',"' || ${source} || '"]]'
    from spent where ${newest}) where exists (select 1 from spent where ${newest})`.execute(db);
  await db.schema.dropTable('spent').execute();
}

async function remakeAlerts(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('alerts').renameTo('alerts_before').execute();
  await withIdentity(db, db.schema.createTable('alerts'))
    .addColumn('kind', 'text', required)
    .addColumn('dedupe', 'text', column => column.notNull().unique())
    .addColumn('user_id', 'text', column => column.references('users.id'))
    .addColumn('token_id', 'text', column => column.references('tokens.id'))
    .addColumn('step', 'bigint')
    .addColumn('first_use_ms', 'bigint')
    .addColumn('first_use_source', 'text')
    .addColumn('count', 'integer', required)
    .addColumn('first_ms', 'bigint', required)
    .addColumn('last_ms', 'bigint', required)
    .addColumn('last_source', 'text', required)
    .addColumn('acknowledged_ms', 'bigint')
    .addColumn('acknowledged_by', 'text')
    .execute();
  await sql`insert into alerts (kind, dedupe, user_id, token_id, step, first_use_ms, first_use_source, count, first_ms,
    last_ms, last_source) select kind, dedupe, user_id, token_id, step, first_use_ms, first_use_source, count, first_ms,
    last_ms, last_source from alerts_before order by id`.execute(db);
  await db.schema.dropTable('alerts_before').execute();
  await db.schema.createIndex('alerts_last').on('alerts').columns(['last_ms', 'id']).execute();
  await db.schema
    .createTable('deliveries')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('alert_id', 'bigint', required)
    .addColumn('channel', 'text', required)
    .addColumn('count', 'integer', required)
    .addColumn('due_ms', 'bigint', required)
    .addColumn('attempts', 'integer', required)
    .addColumn('leased_until_ms', 'bigint')
    .addColumn('done_ms', 'bigint')
    .addColumn('error', 'text')
    .execute();
  await db.schema.createIndex('deliveries_due').on('deliveries').columns(['done_ms', 'due_ms']).execute();
}

async function remakeOperators(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('operators')
    .addColumn('user_id', 'text', column => column.primaryKey().references('users.id'))
    .addColumn('role', 'text', required)
    .addColumn('disabled_ms', 'bigint')
    .addColumn('created_ms', 'bigint', required)
    .execute();
  // Sessions end with this change: operators sign in again.
  await db.schema.dropTable('operator_sessions').execute();
  await db.schema
    .createTable('operator_sessions')
    .addColumn('token_hash', 'text', column => column.primaryKey())
    .addColumn('user_id', 'text', column => column.references('users.id'))
    .addColumn('role', 'text', required)
    .addColumn('created_ms', 'bigint', required)
    .addColumn('expires_ms', 'bigint', required)
    .addColumn('proved_ms', 'bigint', required)
    .execute();
  await db.schema
    .createTable('api_keys')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('name', exactText(db), column => column.notNull().unique())
    .addColumn('role', 'text', required)
    .addColumn('key_hash', 'text', column => column.notNull().unique())
    .addColumn('created_ms', 'bigint', required)
    .addColumn('last_used_ms', 'bigint')
    .addColumn('revoked_ms', 'bigint')
    .execute();
}
