import type { Kysely } from 'kysely';

/** Failures by the factor that was guessed at; earlier ones count as wrong passcodes. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const name of ['password_failures', 'pin_failures'])
    await db.schema
      .alterTable('users')
      .addColumn(name, 'integer', column => column.notNull().defaultTo(0))
      .execute();
}
