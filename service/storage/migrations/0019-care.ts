import { type Kysely, sql } from 'kysely';
import { exactText, required } from './columns.ts';

/** The care of fobs: what they told, what is to be done to them, and the lease of the connection that does it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await extendFobs(db);
  await createTasks(db);
  await createBeside(db);
}

const NUMBERS = [
  'algorithms',
  'protocol',
  'battery_percent',
  'pin_digits',
  'is_locked',
  'pin_failures',
  'pin_attempts',
  'can_reset_pin',
  'free_records',
];
const TIMES = ['seen_error_ms', 'listed_ms', 'last_seen_ms', 'state_ms'];
const TEXTS = ['espruino', 'clock_state', 'pin', 'went_back', 'last_relay', 'last_relay_name'];

async function extendFobs(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('fobs')
    .addColumn('state', 'text', column => column.notNull().defaultTo('in_use'))
    .execute();
  await db.schema
    .alterTable('fobs')
    .addColumn('put_off_until_ms', 'bigint', column => column.notNull().defaultTo(0))
    .execute();
  await db.schema.alterTable('fobs').addColumn('trim_ppm', 'real').execute();
  for (const name of NUMBERS) await db.schema.alterTable('fobs').addColumn(name, 'integer').execute();
  for (const name of TIMES) await db.schema.alterTable('fobs').addColumn(name, 'bigint').execute();
  for (const name of TEXTS) await db.schema.alterTable('fobs').addColumn(name, 'text').execute();
}

async function createTasks(db: Kysely<unknown>): Promise<void> {
  const exact = exactText(db);
  await db.schema
    .createTable('fob_tasks')
    .addColumn('id', exact, column => column.primaryKey())
    .addColumn('fob_id', exact, required)
    .addColumn('kind', exact, required)
    .addColumn('subject', exact, required)
    .addColumn('state', exact, required)
    .addColumn('step', 'text', required)
    .addColumn('needs_hold', 'integer', required)
    .addColumn('cause', 'text', required)
    .addColumn('wanted', 'text', required)
    .addColumn('actor', 'text', required)
    .addColumn('created_ms', 'bigint', required)
    .addColumn('changed_ms', 'bigint', required)
    .addColumn('attempts', 'integer', required)
    .addColumn('message', 'text', required)
    .execute();
  await db.schema.createIndex('fob_tasks_fob').on('fob_tasks').columns(['fob_id', 'changed_ms']).execute();
  // Whoever asks for the same again finds the open task.
  await sql`create unique index fob_tasks_open on fob_tasks (fob_id, kind, subject)
    where state in ('waiting', 'running')`.execute(db);
  await sql`create index fob_tasks_waiting on fob_tasks (changed_ms) where state in ('waiting', 'running')`.execute(
    db,
  );
}

async function createBeside(db: Kysely<unknown>): Promise<void> {
  const exact = exactText(db);
  await db.schema
    .createTable('fob_accounts')
    .addColumn('fob_id', exact, required)
    .addColumn('account', exact, required)
    .addColumn('place', 'integer', required)
    .addColumn('kind', 'integer', required)
    .addColumn('issuer', 'text', required)
    .addColumn('label', 'text', required)
    .addColumn('is_damaged', 'integer', required)
    .addColumn('seen_ms', 'bigint', required)
    .addPrimaryKeyConstraint('fob_accounts_pk', ['fob_id', 'account'])
    .execute();
  await db.schema
    .createTable('fob_care')
    .addColumn('fob_id', exact, column => column.primaryKey())
    .addColumn('link', exact, required)
    .addColumn('until_ms', 'bigint', required)
    .execute();
  await db.schema
    .createTable('fob_recovery')
    .addColumn('fob_id', exact, column => column.primaryKey())
    .addColumn('sealed_key', 'text', required)
    .addColumn('key_id', exact, required)
    .addColumn('created_ms', 'bigint', required)
    .execute();
}
