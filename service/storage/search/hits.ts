import { administrationLimits } from '../../base/limits/administration.ts';
import type { SearchKind } from '../schema/schema.ts';
import type { Db } from '../schema/store.ts';
import { byCodePoint, leastPart, type Wanted } from './parts.ts';

/** A match of a search: a part of a row, whose order is the order of pages. */
export interface Hit {
  readonly part: string;
  /** The row's name: a user's name or a token's serial number. */
  readonly name: string;
}

/** The hits that one page examines. */
export interface LookedAt {
  /** In order. They may include several hits of one row, and rows that have changed since. */
  readonly hits: readonly Hit[];
  /** The last of them, if there are more after it. */
  readonly end: Hit | undefined;
}

/** Appended to a text, it sorts after every text with that beginning: no name holds this code point. */
export const LAST = '\u{10ffff}';

/** Returns the hits after a given one, as many as one page examines. */
export async function lookAtHits(
  db: Db,
  kind: SearchKind,
  wanted: Wanted,
  after: Hit | undefined,
): Promise<LookedAt> {
  const found = await selectHits(db, kind, wanted, after).execute();
  const hits = found.slice(0, administrationLimits.pageRowsScanned);
  return { hits, end: found.length > hits.length ? hits.at(-1) : undefined };
}

/** Returns the query of `lookAtHits`, with one hit more; also for examining the database's plan. */
export function selectHits(db: Db, kind: SearchKind, { beginning }: Wanted, after: Hit | undefined) {
  // A cursor of another search does not widen this one. Only one lower bound: SQLite uses only the first of two.
  const isWithin = after !== undefined && byCodePoint(after.part, beginning) >= 0;
  const { part, name } = isWithin ? after : { part: beginning, name: '' };
  return db
    .selectFrom('search_parts')
    .select(['part', 'name'])
    .where('kind', '=', kind)
    .where(({ eb, refTuple, tuple }) => eb(refTuple('part', 'name'), '>', tuple(part, name)))
    .where('part', '<', `${beginning}${LAST}`)
    .orderBy('part')
    .orderBy('name')
    .limit(administrationLimits.pageRowsScanned + 1);
}

/** Returns rows with the hits by which they are listed, in order: each at the least of its matching parts. */
export function leastHits<Row>(
  hits: readonly Hit[],
  wanted: Wanted,
  rows: ReadonlyMap<string, { readonly row: Row; readonly texts: readonly string[] }>,
): { readonly hit: Hit; readonly row: Row }[] {
  const least = new Map([...rows].map(([name, { texts }]) => [name, leastPart(texts, wanted)]));
  return hits.flatMap(hit => {
    const found = rows.get(hit.name);
    return found === undefined || least.get(hit.name) !== hit.part ? [] : [{ hit, row: found.row }];
  });
}

/** Splits a list, so that a page that fills early reads no unneeded rows. */
export function inPortions<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, at) =>
    list.slice(at * size, (at + 1) * size),
  );
}
