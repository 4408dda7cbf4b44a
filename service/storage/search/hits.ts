import { administrationLimits } from '../../base/limits/administration.ts';
import type { SearchKind } from '../schema/schema.ts';
import type { Db } from '../schema/store.ts';
import { byCodePoint, leastPart, type Wanted } from './parts.ts';

/** Where a search found something: a part of a row, by the order of which pages go on. */
export interface Hit {
  readonly part: string;
  /** Of the row: a user's name or a token's serial number. */
  readonly name: string;
}

/** What one page looks at. */
export interface LookedAt {
  /** In order. Several of one row may be among them, and some of rows that have changed since. */
  readonly hits: readonly Hit[];
  /** The last of them, where there are more behind it. */
  readonly end: Hit | undefined;
}

/** Sorts behind every text that begins with what stands before it: no name holds this code point. */
export const LAST = '\u{10ffff}';

/** The hits of a search behind one that was looked at already, as many as one page looks at. */
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

/** The statement of `lookAtHits`, with one hit more; also for looking at how the database would go about it. */
export function selectHits(db: Db, kind: SearchKind, { beginning }: Wanted, after: Hit | undefined) {
  // A mark of another search does not widen this one. One lower bound: of two SQLite goes by the first.
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

/** Rows at the hits by which they are listed, in order: each at the least of its parts that are found. */
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

/** A list in pieces, so that a page that is full early reads no rows in vain. */
export function inPortions<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, at) =>
    list.slice(at * size, (at + 1) * size),
  );
}
