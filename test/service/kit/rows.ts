import type { Db } from '@passfob/service/storage/database/database';
import type { Schema } from '@passfob/service/storage/schema/schema';
import { type RawBuilder, type Selectable, sql, type Updateable } from 'kysely';

/** Columns of a table with values: all of them have to match. */
export type Values<T extends keyof Schema> = Partial<Selectable<Schema[T]>>;

/** Returns the rows of a table with these values. */
export async function rowsIn<T extends keyof Schema>(
  db: Db,
  table: T,
  where: Values<T> = {},
  order?: string & keyof Schema[T],
): Promise<Selectable<Schema[T]>[]> {
  const ordered = order === undefined ? sql`` : sql`order by ${sql.ref(order)}`;
  const query = sql<
    Selectable<Schema[T]>
  >`select * from ${sql.table(table)} where ${matching(where)} ${ordered}`;
  return [...(await query.execute(db)).rows];
}

/** Returns the first row of a table with these values. @throws where there is none */
export async function rowIn<T extends keyof Schema>(
  db: Db,
  table: T,
  where: Values<T> = {},
): Promise<Selectable<Schema[T]>> {
  const [first] = await rowsIn(db, table, where);
  if (first === undefined) throw new Error(`no such row of ${table}`);
  return first;
}

/** Changes the rows of a table with these values. */
export async function setIn<T extends keyof Schema>(
  db: Db,
  table: T,
  values: Updateable<Schema[T]>,
  where: Values<T> = {},
): Promise<void> {
  const changes = Object.entries(values).map(([column, value]) => sql`${sql.ref(column)} = ${value}`);
  await sql`update ${sql.table(table)} set ${sql.join(changes)} where ${matching(where)}`.execute(db);
}

function matching(where: Readonly<Record<string, unknown>>): RawBuilder<unknown> {
  const conditions = Object.entries(where).map(([column, value]) =>
    value === null ? sql`${sql.ref(column)} is null` : sql`${sql.ref(column)} = ${value}`,
  );
  return conditions.length === 0 ? sql`1 = 1` : sql.join(conditions, sql` and `);
}

/** Returns all that is stored by table, but for when keys and sessions were last used. */
export async function stored(db: Db): Promise<Readonly<Record<string, unknown>>> {
  const unused = { last_seen_ms: undefined, last_used_ms: undefined };
  const tables = (await db.introspection.getTables()).map(({ name }) => name as 'users');
  const all = tables.map(async name => [name, (await rowsIn(db, name)).map(row => ({ ...row, ...unused }))]);
  return Object.fromEntries(await Promise.all(all));
}
