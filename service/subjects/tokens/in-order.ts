import { sql } from 'kysely';
import { administrationLimits } from '../../base/limits/administration.ts';
import { done, refused } from '../../base/results.ts';
import type { TokenState } from '../../base/token-states.ts';
import type { Db } from '../../storage/database/database.ts';
import { engineOf } from '../../storage/schema/engine.ts';
import { readSearchCursor, writeSearchCursor } from '../../storage/search/cursor.ts';
import type { TokenRow } from './rows.ts';
import { viewOf } from './views.ts';

interface Order {
  readonly by: 'user' | 'label';
  readonly state: TokenState | undefined;
  readonly rows: number;
  readonly after: string | undefined;
}

/** The end of a page: both parts, because several tokens share one user or one label. */
interface Mark {
  readonly key: string;
  readonly serial: string;
}

type Listed = TokenRow & { readonly user: string | null; readonly key: string };

/** Returns a page of all tokens by user or label. It may hold fewer rows than requested, even none, and still not be the last. */
export async function listInOrder(db: Db, { by, state, rows, after }: Order) {
  const read = after === undefined ? undefined : readSearchCursor(after, 2);
  if (after !== undefined && read === undefined) return refused('bad_cursor');
  const [key = '', serial = ''] = read ?? [];
  const mark = read && { key, serial };
  // No index has the states in this order: rows are filtered.
  const isPicked = state !== undefined;
  const looked = isPicked ? administrationLimits.pageRowsScanned : rows;
  const found = await (by === 'user' ? byUser : byLabel)(db, { mark, rows: looked + 1 });
  const picked = found.slice(0, looked).filter(row => !isPicked || row.state === state);
  const page = picked.slice(0, rows);
  const isCut = picked.length > rows || found.length > looked;
  const last = picked.length > rows ? page.at(-1) : found.slice(0, looked).at(-1);
  return done({
    tokens: page.map(row => viewOf(row, row.user)),
    next: isCut && last !== undefined ? writeSearchCursor([last.key, last.serial]) : null,
  });
}

interface Range {
  readonly mark: Mark | undefined;
  readonly rows: number;
}

function byUser(db: Db, { mark, rows }: Range): Promise<Listed[]> {
  let query = db
    .selectFrom('users')
    .innerJoin('tokens', 'tokens.user_id', 'users.id')
    .selectAll('tokens')
    .select(['users.name as user', 'users.name as key'])
    .where('users.name', '>=', mark?.key ?? '');
  if (mark !== undefined)
    query = query.where(where =>
      where.or([where('users.name', '>', mark.key), where('tokens.serial', '>', mark.serial)]),
    );
  return query.orderBy('users.name').orderBy('tokens.serial').limit(rows).execute();
}

function byLabel(db: Db, { mark, rows }: Range): Promise<Listed[]> {
  // The index is by code point; PostgreSQL compares by the locale by default.
  const label =
    engineOf(db) === 'postgres' ? sql<string>`tokens.label collate "C"` : sql<string>`tokens.label`;
  let query = db
    .selectFrom('tokens')
    .leftJoin('users', 'users.id', 'tokens.user_id')
    .selectAll('tokens')
    .select(['users.name as user', 'tokens.label as key'])
    .where(label, '>=', mark?.key ?? '');
  if (mark !== undefined)
    query = query.where(where =>
      where.or([where(label, '>', mark.key), where('tokens.serial', '>', mark.serial)]),
    );
  return query.orderBy(label).orderBy('tokens.serial').limit(rows).execute();
}
