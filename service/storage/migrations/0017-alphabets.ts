import { type Kysely, sql } from 'kysely';

/** Whether any token has passcodes with letters is asked whenever a form for a passcode is shown. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index tokens_lettered on tokens (alphabet)
    where alphabet <> 'decimal' and state <> 'revoked'`.execute(db);
}
