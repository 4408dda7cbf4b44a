import { sql } from 'kysely';
import { forEachRow, valuesAsList } from '../queries/rows.ts';
import type { SearchKind } from '../schema/schema.ts';
import type { Db } from '../schema/store.ts';
import { foldedTexts, partsOf } from './parts.ts';

/** The searchable texts of a user. */
export interface UserTexts {
  readonly name: string;
  readonly display_name: string;
  readonly email: string | null;
}

export function textsOfUser({ name, display_name, email }: UserTexts): string[] {
  return [name, display_name, email ?? ''];
}

/** The searchable texts of a token: those of its user are found by the user's row. */
export function textsOfToken({
  serial,
  label,
}: {
  readonly serial: string;
  readonly label: string;
}): string[] {
  return [serial, label];
}

/** A searchable row: its name and its texts. */
export interface Searched {
  readonly name: string;
  readonly texts: readonly string[];
}

/**
 * Adds rows to the search index, in the transaction that writes them.
 *
 * @param into another table for the parts, where they are sorted first
 */
export async function addParts(
  db: Db,
  kind: SearchKind,
  rows: readonly Searched[],
  into = 'search_parts',
): Promise<void> {
  if (rows.length === 0) return;
  await insertParts(
    db,
    into,
    kind,
    rows.flatMap(({ name, texts }) => partsOf(texts).map(part => [part, name] as const)),
  );
  await forEachRow(
    db,
    { name: 'text', folded: 'text' },
    rows.map(({ name, texts }) => [name, foldedTexts(texts)]),
    table =>
      sql`insert into search_texts (kind, name, folded) select ${kind}, name, folded from ${table} as made`,
  );
}

/** Updates the search index after the texts of a row changed. @param before the previous texts */
export async function changeParts(
  db: Db,
  kind: SearchKind,
  { name, texts }: Searched,
  before: readonly string[],
): Promise<void> {
  const folded = foldedTexts(texts);
  if (folded === foldedTexts(before)) return;
  await db
    .updateTable('search_texts')
    .set({ folded })
    .where('kind', '=', kind)
    .where('name', '=', name)
    .execute();
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
  await insertParts(
    db,
    'search_parts',
    kind,
    made.map(part => [part, name] as const),
  );
}

async function insertParts(
  db: Db,
  into: string,
  kind: SearchKind,
  rows: readonly (readonly [part: string, name: string])[],
): Promise<void> {
  if (rows.length === 0) return;
  await forEachRow(
    db,
    { part: 'text', name: 'text' },
    rows,
    table =>
      sql`insert into ${sql.table(into)} (kind, part, name) select ${kind}, part, name from ${table} as made`,
  );
}
