import { sql } from 'kysely';
import { administrationLimits } from '../../base/limits/administration.ts';
import { done, type Result, refused } from '../../base/results.ts';
import { type TokenState, tokenStates } from '../../base/token-states.ts';
import type { Db } from '../../storage/database/database.ts';
import { engineOf } from '../../storage/schema/engine.ts';
import { isWhole } from './facts.ts';
import type { TokenRow } from './rows.ts';
import { type TokenView, viewOf } from './views.ts';

/** Which tokens to list. Everything may be left out. */
export interface TokenQuery {
  /** What `text` is the beginning of, and what the list is ordered by; default serial. */
  readonly by?: 'serial' | 'user' | 'label';
  /** As it is written; user names in any case. */
  readonly text?: string;
  readonly state?: TokenState;
  /** `next` of the page before. */
  readonly after?: string;
  /** Default 50, at most 200. */
  readonly rows?: number;
}

/** A page of a list. It may hold fewer rows than were asked for, even none, and still not be the last. */
export interface TokenPage {
  readonly tokens: readonly TokenView[];
  /** Null where this is the last page. */
  readonly next: string | null;
}

/** Where a page ends: both parts, because several tokens have one user or one label. */
interface Mark {
  readonly key: string;
  readonly serial: string;
}

type Found = TokenRow & { readonly user: string | null; readonly key: string };

/** Sorts behind every text that begins with what stands before it: no name holds this code point. */
const LAST = '\u{10ffff}';

/**
 * A page of tokens. Every page costs about the same, however many tokens there are: the order is that of an index, and
 * where a state has to be picked out of another order, only so many rows are looked at.
 *
 * @returns refused `bad_query`, `bad_cursor`
 */
export async function searchTokens(db: Db, query: TokenQuery = {}): Promise<Result<TokenPage>> {
  const { by = 'serial', text = '', rows = administrationLimits.pageRowsDefault, state } = query;
  const isSound =
    text.length <= administrationLimits.searchTextMax && isWhole(rows, 1, administrationLimits.pageRowsMax);
  if (!isSound || !['serial', 'user', 'label'].includes(by)) return refused('bad_query');
  if (state !== undefined && !Object.hasOwn(tokenStates, state)) return refused('bad_query');
  const mark = query.after === undefined ? undefined : readMark(query.after);
  if (query.after !== undefined && mark === undefined) return refused('bad_cursor');
  // The index of states is in the order of serial numbers; any other order is looked through.
  const isPicked = state !== undefined && by !== 'serial';
  const looked = isPicked ? administrationLimits.pageRowsScanned : rows;
  const prefix = by === 'user' ? text.normalize('NFKC').toLowerCase().normalize('NFC') : text;
  const found = await find(db, by, { prefix, mark, state: isPicked ? undefined : state, rows: looked + 1 });
  const picked = found.slice(0, looked).filter(row => !isPicked || row.state === state);
  const page = picked.slice(0, rows);
  const isCut = picked.length > rows || found.length > looked;
  const last = picked.length > rows ? page.at(-1) : found.slice(0, looked).at(-1);
  return done({
    tokens: page.map(row => viewOf(row, row.user)),
    next: isCut && last !== undefined ? writeMark(last) : null,
  });
}

interface Range {
  readonly prefix: string;
  readonly mark: Mark | undefined;
  readonly state: TokenState | undefined;
  readonly rows: number;
}

function find(db: Db, by: 'serial' | 'user' | 'label', range: Range): Promise<Found[]> {
  if (by === 'serial') return bySerial(db, range);
  return by === 'user' ? byUser(db, range) : byLabel(db, range);
}

function bySerial(db: Db, { prefix, mark, state, rows }: Range): Promise<Found[]> {
  let query = db
    .selectFrom('tokens')
    .leftJoin('users', 'users.id', 'tokens.user_id')
    .selectAll('tokens')
    .select(['users.name as user', 'tokens.serial as key'])
    .where('tokens.serial', '<', `${prefix}${LAST}`);
  query =
    mark === undefined
      ? query.where('tokens.serial', '>=', prefix)
      : query.where('tokens.serial', '>', mark.serial).where('tokens.serial', '>=', prefix);
  if (state !== undefined) query = query.where('tokens.state', '=', state);
  return query.orderBy('tokens.serial').limit(rows).execute();
}

function byUser(db: Db, { prefix, mark, rows }: Range): Promise<Found[]> {
  let query = db
    .selectFrom('users')
    .innerJoin('tokens', 'tokens.user_id', 'users.id')
    .selectAll('tokens')
    .select(['users.name as user', 'users.name as key'])
    .where('users.name', '>=', later(prefix, mark))
    .where('users.name', '<', `${prefix}${LAST}`);
  if (mark !== undefined)
    query = query.where(where =>
      where.or([where('users.name', '>', mark.key), where('tokens.serial', '>', mark.serial)]),
    );
  return query.orderBy('users.name').orderBy('tokens.serial').limit(rows).execute();
}

function byLabel(db: Db, { prefix, mark, rows }: Range): Promise<Found[]> {
  // The index is by code point; PostgreSQL compares by the locale unless it is told.
  const label =
    engineOf(db) === 'postgres' ? sql<string>`tokens.label collate "C"` : sql<string>`tokens.label`;
  let query = db
    .selectFrom('tokens')
    .leftJoin('users', 'users.id', 'tokens.user_id')
    .selectAll('tokens')
    .select(['users.name as user', 'tokens.label as key'])
    .where(label, '>=', later(prefix, mark))
    .where(label, '<', `${prefix}${LAST}`);
  if (mark !== undefined)
    query = query.where(where =>
      where.or([where(label, '>', mark.key), where('tokens.serial', '>', mark.serial)]),
    );
  return query.orderBy(label).orderBy('tokens.serial').limit(rows).execute();
}

/** Where a page begins: a mark from another search must not widen this one. */
function later(prefix: string, mark: Mark | undefined): string {
  if (mark === undefined) return prefix;
  return Buffer.compare(Buffer.from(mark.key), Buffer.from(prefix)) > 0 ? mark.key : prefix;
}

function writeMark({ key, serial }: Mark): string {
  return Buffer.from(JSON.stringify([key, serial])).toString('base64url');
}

function readMark(text: string): Mark | undefined {
  if (text.length > administrationLimits.cursorMax) return undefined;
  try {
    const read: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (!Array.isArray(read) || read.length !== 2) return undefined;
    const [key, serial] = read as unknown[];
    return typeof key === 'string' && typeof serial === 'string' ? { key, serial } : undefined;
  } catch {
    return undefined;
  }
}
