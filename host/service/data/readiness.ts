import { sql } from 'kysely';
import { type Db, writing } from './database.ts';
import { migrationProvider } from './migrations/list.ts';

/** How the tables stand to this program. */
export type Currency = 'current' | 'older' | 'newer' | 'new';

/** Compares the migrations that were made with those this program knows. */
export async function currencyOf(db: Db): Promise<Currency> {
  const known = Object.keys(await migrationProvider.getMigrations());
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === 'kysely_migration')) return 'new';
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
  const made = new Set(rows.map(({ name }) => name));
  if ([...made].some(name => !known.includes(name))) return 'newer';
  return known.every(name => made.has(name)) ? 'current' : 'older';
}

/** Undoes the transaction it is thrown in. */
class Undo extends Error {}

/** Whether the database takes writes: one is made and taken back. */
export async function isWritable(db: Db): Promise<boolean> {
  try {
    await writing(db, async transaction => {
      await transaction
        .insertInto('answers')
        .values({ fingerprint: 'readiness', outcome: 'wrong', expires_ms: 0 })
        .execute();
      throw new Undo();
    });
    return true;
  } catch (error) {
    return error instanceof Undo;
  }
}
