import { type Kysely, sql } from 'kysely';

const LOOK_AHEAD = 10;
const PIN_DIGITS = 4;

/**
 * How far ahead passcodes by event are looked for, of policies and of tokens; the fewest digits of a PIN, of tokens too; and
 * where a passcode was that was refused for being further off. Tokens of before get what they were made by.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of ['policies', 'tokens'])
    await db.schema
      .alterTable(table)
      .addColumn('look_ahead', 'integer', column => column.notNull().defaultTo(LOOK_AHEAD))
      .execute();
  await db.schema
    .alterTable('tokens')
    .addColumn('pin_min_digits', 'integer', column => column.notNull().defaultTo(PIN_DIGITS))
    .execute();
  await sql`update tokens set pin_min_digits =
    (select policies.pin_min_digits from policies where policies.id = tokens.policy_id)
    where policy_id is not null`.execute(db);
  for (const name of ['ahead_step', 'ahead_ms'])
    await db.schema.alterTable('tokens').addColumn(name, 'bigint').execute();
  // Whether any token wants a PIN at the service is asked whenever a log-in form is shown.
  await sql`create index tokens_service_pin on tokens (pin_place) where pin_place = 'service'`.execute(db);
}
