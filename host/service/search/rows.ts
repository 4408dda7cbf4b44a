import { sql } from 'kysely';
import { forEachRow, valuesAsList } from '../data/rows.ts';
import type { SearchKind } from '../data/schema-search.ts';
import type { Db } from '../data/store.ts';
import { limits } from '../limits.ts';
import { partsOf } from './parts.ts';

/** What a user is found by. */
export interface UserTexts {
  readonly name: string;
  readonly display_name: string;
  readonly email: string | null;
}

export function textsOfUser({ name, display_name, email }: UserTexts): string[] {
  return [name, display_name, email ?? ''];
}

/** A row that is to be found, by the name that it is known by and the texts that it has. */
export interface Searched {
  readonly name: string;
  readonly texts: readonly string[];
}

/** Makes rows findable, in the transaction that writes them. */
export async function addParts(db: Db, kind: SearchKind, rows: readonly Searched[]): Promise<void> {
  await insert(
    db,
    kind,
    rows.flatMap(({ name, texts }) => partsOf(texts).map(part => [part, name] as const)),
  );
}

/** The same after a row got other texts. @param before those it had */
export async function changeParts(
  db: Db,
  kind: SearchKind,
  { name, texts }: Searched,
  before: readonly string[],
): Promise<void> {
  const [old, now] = [new Set(partsOf(before)), new Set(partsOf(texts))];
  const gone = [...old].filter(part => !now.has(part));
  const made = [...now].filter(part => !old.has(part));
  if (gone.length > 0)
    await db
      .deleteFrom('search_parts')
      .where('kind', '=', kind)
      .where('name', '=', name)
      .where('part', 'in', valuesAsList(db, gone))
      .execute();
  await insert(
    db,
    kind,
    made.map(part => [part, name] as const),
  );
}

async function insert(
  db: Db,
  kind: SearchKind,
  rows: readonly (readonly [part: string, name: string])[],
): Promise<void> {
  if (rows.length === 0) return;
  await forEachRow(
    db,
    { part: 'text', name: 'text' },
    rows,
    table =>
      sql`insert into search_parts (kind, part, name) select ${kind}, part, name from ${table} as made`,
  );
}

/** Makes all users and tokens findable, into an empty table: in the transaction of an upgrade or of a restore. */
export async function fillParts(db: Db): Promise<void> {
  await fill(db, 'user', async after => {
    const { rows } = await sql<UserTexts>`select name, display_name, email from users
      where name > ${after} order by name limit ${sql.lit(limits.searchFillRows)}`.execute(db);
    return rows.map(row => ({ name: row.name, texts: textsOfUser(row) }));
  });
  await fill(db, 'token', async after => {
    const { rows } = await sql<{ serial: string }>`select serial from tokens
      where serial > ${after} order by serial limit ${sql.lit(limits.searchFillRows)}`.execute(db);
    return rows.map(({ serial }) => ({ name: serial, texts: [serial] }));
  });
}

async function fill(db: Db, kind: SearchKind, read: (after: string) => Promise<Searched[]>): Promise<void> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const rows = await read(after);
    await addParts(db, kind, rows);
    after = rows.at(-1)?.name;
  }
}
