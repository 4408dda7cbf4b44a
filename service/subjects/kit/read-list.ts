import { type Expression, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Total } from '../../base/limits/lists.ts';
import { listLimits } from '../../base/limits/lists.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Filter } from '../../storage/search/candidates.ts';
import type { AskedPage, FoundList, ListItem, ListPage, PagedList, RowsList } from './list.ts';

/** Values of an order's columns: a place in a list. */
type Place = readonly (string | number)[];

/** Reads one page of a list. @returns undefined for an `after` that is not of this list */
export async function readPage(db: Db, list: PagedList, asked: AskedPage): Promise<ListPage | undefined> {
  if (!('rows' in list)) return list.find(db, { ...asked, filter: await narrowed(db, list, asked) });
  const place = asked.after === undefined ? undefined : readPlace(list, asked.after);
  if (asked.after !== undefined && place === undefined) return undefined;
  const { next, ...page } = await readRows(db, list, asked, place);
  const total = asked.isCounted ? await countRows(db, list, asked) : null;
  return { ...page, next: next === undefined ? null : writePlace(next), total };
}

/** Returns what all filters of a search say together. An index leads to the rows of one of them at most. */
async function narrowed(db: Db, list: FoundList, { filters, nowMs }: AskedPage): Promise<Filter> {
  const conditions: Expression<unknown>[] = [];
  let leading: Expression<unknown> | undefined;
  for (const [name, { narrow }] of Object.entries(list.filters)) {
    const value = filters[name];
    if (value === undefined || narrow === undefined) continue;
    const { carried, checked } = await narrow(value, { db, nowMs });
    if (leading === undefined) leading = carried;
    else if (carried !== undefined) conditions.push(carried);
    if (checked !== undefined) conditions.push(checked);
  }
  return {
    ...(leading !== undefined && { carried: leading }),
    ...(conditions.length > 0 && { checked: sql.join(conditions, sql` and `) }),
  };
}

/** Returns the first items of a list. */
export async function firstItems(db: Db, list: PagedList, asked: AskedPage): Promise<readonly ListItem[]> {
  return (await readPage(db, list, asked))?.items ?? [];
}

interface RowsPage extends Omit<ListPage, 'next' | 'total'> {
  /** Where the next page begins; undefined at the end. */
  readonly next: Place | undefined;
}

async function readRows(
  db: Db,
  list: RowsList,
  asked: AskedPage,
  after: Place | undefined,
): Promise<RowsPage> {
  const { table, selected, joined = sql`` } = list.rows;
  const { carried, others } = conditionsOf(list, asked);
  const { limit, lookedAt: most = listLimits.rowsLookedAt } = asked;
  const columns = keyColumns(list);
  const within = after === undefined ? carried : [...carried, sql<SqlBool>`${columns} < ${tuple(after)}`];
  const lookedAt = others.length === 0 ? limit + 1 : most;
  const inside = insideOf(list, within, lookedAt);
  const named = sql.join(
    orderOf(list).map((column, at) => sql`${sql.ref(`${table}.${column}`)} as ${sql.ref(`key_${at}`)}`),
  );
  const page = sql`(select * from (${inside}) as ${sql.ref(table)}${where(others)} ${latestFirst(list)} limit ${limit + 1})`;
  const { rows } = await sql<Record<string, string | number>>`
    select ${selected}, ${named} from ${page} as ${sql.ref(table)} ${joined} ${latestFirst(list)}`.execute(
    db,
  );
  const shown = rows.slice(0, limit);
  const items = await list.views(shown, db, asked.nowMs);
  const last = shown.at(-1);
  if (rows.length > limit && last !== undefined) {
    const next = orderOf(list).map((_, at) => last[`key_${at}`] ?? '');
    return { items, next, isPartial: false };
  }
  const end = others.length === 0 ? undefined : await lastLookedAt(db, list, within, lookedAt);
  return { items, next: end, isPartial: end !== undefined };
}

/** Counts the matching rows, to a limit. */
async function countRows(
  db: Db,
  list: RowsList,
  asked: Pick<AskedPage, 'filters' | 'nowMs'>,
): Promise<Total> {
  const { carried, others } = conditionsOf(list, asked);
  const most = listLimits.countedMax + 1;
  const lookedAt = others.length === 0 ? most : listLimits.rowsLookedAt;
  const inside = insideOf(list, carried, lookedAt);
  const { rows } = await sql<{ n: number | string }>`select count(*) as n from
    (select 1 from (${inside}) as ${sql.ref(list.rows.table)}${where(others)} limit ${most}) as counted`.execute(
    db,
  );
  const count = Number(rows[0]?.n ?? 0);
  if (count > listLimits.countedMax) return { count: listLimits.countedMax, kind: 'more' };
  const end = others.length === 0 ? undefined : await lastLookedAt(db, list, carried, lookedAt);
  return { count, kind: end === undefined ? 'exact' : 'at-least' };
}

/** Reads all matching rows page by page, without a transaction that stays open. */
export async function* readAll(
  db: Db,
  list: PagedList,
  asked: Pick<AskedPage, 'filters' | 'nowMs'>,
): AsyncGenerator<readonly ListItem[]> {
  let after: string | null | undefined;
  do {
    const page = await readPage(db, list, {
      ...asked,
      limit: listLimits.exportedAtOnce,
      ...(typeof after === 'string' && { after }),
    });
    if (page === undefined) throw new Error('a list does not know its own place');
    yield page.items;
    after = page.next;
  } while (after !== null);
}

/** At most one filter leads to the rows by an index; what the others leave of them is looked at one by one. */
function conditionsOf(list: RowsList, { filters, nowMs }: Pick<AskedPage, 'filters' | 'nowMs'>) {
  const carried: Expression<SqlBool>[] = [];
  const others: Expression<SqlBool>[] = [];
  let hasIndex = false;
  for (const [name, one] of Object.entries(list.filters)) {
    const value = filters[name];
    if (value === undefined) continue;
    const leads: boolean = one.carried === 'rows' && !hasIndex;
    hasIndex ||= leads;
    (leads || one.carried === 'range' ? carried : others).push(one.condition(value, nowMs));
  }
  return { carried, others };
}

function insideOf(
  list: RowsList,
  conditions: readonly Expression<SqlBool>[],
  most: number,
): RawBuilder<unknown> {
  const { table } = list.rows;
  return sql`select * from ${sql.ref(table)}${where(conditions)} ${latestFirst(list)} limit ${most}`;
}

/** The place of the last row that was looked at, if there may be more after it. */
async function lastLookedAt(
  db: Db,
  list: RowsList,
  conditions: readonly Expression<SqlBool>[],
  lookedAt: number,
): Promise<Place | undefined> {
  const order = orderOf(list);
  const { table } = list.rows;
  const { rows } = await sql<Record<string, string | number>>`
    select ${sql.join(order.map(sql.ref))} from ${sql.ref(table)}${where(conditions)} ${latestFirst(list)}
    limit 1 offset ${lookedAt - 1}`.execute(db);
  const [last] = rows;
  return last && order.map(column => last[column] ?? '');
}

const where = (conditions: readonly Expression<SqlBool>[]) =>
  conditions.length === 0 ? sql`` : sql` where ${sql.join(conditions, sql` and `)}`;

const orderOf = ({ rows: { order } }: RowsList) => Object.keys(order);

const latestFirst = (list: RowsList) =>
  sql`order by ${sql.join(orderOf(list).map(column => sql`${sql.ref(`${list.rows.table}.${column}`)} desc`))}`;

/** A comparison of tuples: both databases use the index for it. */
const keyColumns = (list: RowsList) => sql`(${sql.join(orderOf(list).map(sql.ref))})`;
const tuple = (place: Place) => sql`(${sql.join(place)})`;

/** Writes a place as `after` of the next page. */
function writePlace(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** @returns undefined for text that names no place of this list */
function readPlace({ rows: { order } }: RowsList, written: string): Place | undefined {
  const kinds = Object.values(order);
  try {
    const read: unknown = JSON.parse(Buffer.from(written, 'base64url').toString('utf8'));
    if (!Array.isArray(read) || read.length !== kinds.length) return undefined;
    const place: Place = read;
    return place.every((value, at) => typeof value === kinds[at] && isStorable(value)) ? place : undefined;
  } catch {
    return undefined;
  }
}

/** PostgreSQL refuses text with NUL or a lone surrogate, and numbers that are not whole. */
function isStorable(value: string | number): boolean {
  return typeof value === 'number' ? Number.isSafeInteger(value) : !/[\0\p{Cs}]/u.test(value);
}
