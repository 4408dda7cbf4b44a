import { type Kysely, sql } from 'kysely';

const LOOK_AHEAD = 10;
const PIN_DIGITS = 4;

/**
 * The look-ahead of counter-based passcodes, of policies and tokens; the minimum number of digits of a PIN, also of
 * tokens; and the step of a passcode that was refused because it was further off. Existing tokens get the values by
 * which they were made.
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
  // Every log-in form asks whether any token needs a PIN at the service.
  await sql`create index tokens_service_pin on tokens (pin_place) where pin_place = 'service'`.execute(db);
}
