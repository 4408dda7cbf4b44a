import { type Kysely, sql } from 'kysely';

/** Every form for a passcode asks whether any token has passcodes with letters. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index tokens_lettered on tokens (alphabet)
    where alphabet <> 'decimal' and state <> 'revoked'`.execute(db);
}
