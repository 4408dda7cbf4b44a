import { type AliasedRawBuilder, sql } from 'kysely';
import { administrationLimits } from '../../base/limits/administration.ts';
import type { Db } from '../../storage/database/database.ts';
import { engineOf } from '../../storage/schema/engine.ts';
import type { Filter } from '../../storage/search/candidates.ts';
import { readSearchCursor, writeSearchCursor } from '../../storage/search/cursor.ts';
import type { AskedPage, ListPage } from '../kit/list.ts';
import type { TokenRow } from './rows.ts';
import { type TokenView, viewOf } from './views.ts';

interface Order extends Pick<AskedPage, 'after' | 'limit'> {
  readonly by: 'user' | 'label';
  readonly filter: Filter;
}

/** The end of a page: both parts, because several tokens share one user or one label. */
interface Mark {
  readonly key: string;
  readonly serial: string;
}

type Listed = TokenRow & { readonly user: string | null; readonly key: string; readonly picked: number };

/**
 * Returns a page of all tokens by user or label. It may hold fewer rows than requested, even none, and still not be the last.
 *
 * @returns undefined for an `after` that is not of this order
 */
export async function listInOrder(
  db: Db,
  { by, filter, limit, after }: Order,
): Promise<ListPage<TokenView> | undefined> {
  const read = after === undefined ? undefined : readSearchCursor(after, 2);
  if (after !== undefined && read === undefined) return undefined;
  const [key = '', serial = ''] = read ?? [];
  const mark = read && { key, serial };
  // No index has what filters leave in this order.
  const conditions = [filter.carried, filter.checked].filter(one => one !== undefined);
  const looked = conditions.length > 0 ? administrationLimits.pageRowsScanned : limit;
  const condition = conditions.length > 0 ? sql`(${sql.join(conditions, sql` and `)})` : sql`(1 = 1)`;
  const picked = sql<number>`case when ${condition} then 1 else 0 end`.as('picked');
  const found = await (by === 'user' ? byUser : byLabel)(db, { mark, rows: looked + 1, picked });
  const left = found.slice(0, looked).filter(row => row.picked === 1);
  const page = left.slice(0, limit);
  const isCut = left.length > limit || found.length > looked;
  const last = left.length > limit ? page.at(-1) : found.slice(0, looked).at(-1);
  const next = isCut && last !== undefined ? writeSearchCursor([last.key, last.serial]) : null;
  return {
    items: page.map(row => viewOf(row, row.user)),
    ...{ next, total: null, isPartial: next !== null && page.length < limit },
  };
}

interface Range {
  readonly mark: Mark | undefined;
  readonly rows: number;
  readonly picked: AliasedRawBuilder<number, 'picked'>;
}

function byUser(db: Db, { mark, rows, picked }: Range): Promise<Listed[]> {
  let query = db
    .selectFrom('users')
    .innerJoin('tokens', 'tokens.user_id', 'users.id')
    .selectAll('tokens')
    .select(['users.name as user', 'users.name as key', picked])
    .where('users.name', '>=', mark?.key ?? '');
  if (mark !== undefined)
    query = query.where(where =>
      where.or([where('users.name', '>', mark.key), where('tokens.serial', '>', mark.serial)]),
    );
  return query.orderBy('users.name').orderBy('tokens.serial').limit(rows).execute();
}

function byLabel(db: Db, { mark, rows, picked }: Range): Promise<Listed[]> {
  // The index is by code point; PostgreSQL compares by the locale by default.
  const label =
    engineOf(db) === 'postgres' ? sql<string>`tokens.label collate "C"` : sql<string>`tokens.label`;
  let query = db
    .selectFrom('tokens')
    .leftJoin('users', 'users.id', 'tokens.user_id')
    .selectAll('tokens')
    .select(['users.name as user', 'tokens.label as key', picked])
    .where(label, '>=', mark?.key ?? '');
  if (mark !== undefined)
    query = query.where(where =>
      where.or([where(label, '>', mark.key), where('tokens.serial', '>', mark.serial)]),
    );
  return query.orderBy(label).orderBy('tokens.serial').limit(rows).execute();
}
