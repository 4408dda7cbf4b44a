import type { Db } from '@passfob/service/storage/schema/store';
import { sql } from 'kysely';
import { isOnPostgres } from './kit.ts';

/** Whatever the order of a table's columns is, and without the names that PostgreSQL gives by itself. */
const OF_POSTGRES = sql<{ line: string }>`
  select concat_ws(' ', table_name, column_name, data_type, collation_name, column_default, is_nullable,
    identity_generation) as line from information_schema.columns where table_schema = 'public'
  union all select regexp_replace(indexdef, ' INDEX \\S+ ', ' ') from pg_indexes where schemaname = 'public'
  union all select concat(conrelid::regclass, ' ', pg_get_constraintdef(oid)) from pg_constraint
    where connamespace = 'public'::regnamespace`;

/** Returns the tables, columns, indexes and constraints of a database, a line each. */
export async function schemaOf(db: Db): Promise<string[]> {
  if (isOnPostgres) return (await OF_POSTGRES.execute(db)).rows.map(({ line }) => line).sort();
  const { rows } = await sql<{
    name: string;
    sql: string | null;
  }>`select name, sql from sqlite_master`.execute(db);
  const words = (text: string) =>
    text
      .toLowerCase()
      .match(/[^\s"(),]+/g)
      ?.sort()
      .join(' ');
  return rows.map(({ name, sql: text }) => `${name}: ${words(text ?? '')}`).sort();
}
