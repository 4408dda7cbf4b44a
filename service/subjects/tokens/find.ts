import { sql } from 'kysely';
import { administrationLimits } from '../../base/limits/administration.ts';
import { done, refused } from '../../base/results.ts';
import type { TokenState } from '../../base/token-states.ts';
import type { Db } from '../../storage/database/database.ts';
import { forEachRow, valuesAsList } from '../../storage/queries/rows.ts';
import { engineOf } from '../../storage/schema/engine.ts';
import { readSearchCursor, writeSearchCursor } from '../../storage/search/cursor.ts';
import { inPortions, leastHits, lookAtHits } from '../../storage/search/hits.ts';
import { byCodePoint, holds, type Wanted, wantedOf } from '../../storage/search/parts.ts';
import { textsOfUser } from '../../storage/search/rows.ts';
import { byLabel } from './in-order.ts';
import type { TokenRow } from './rows.ts';
import { viewOf } from './views.ts';

interface TokenSearch {
  readonly by: 'any' | Source;
  readonly text: string;
  readonly state: TokenState | undefined;
  readonly rows: number;
  readonly after: string | undefined;
}

type Source = 'serial' | 'user' | 'label';

/** Where tokens are searched, one after the other: each token is found in the first source that matches it. */
const sourcesOf: Readonly<Record<TokenSearch['by'], readonly Source[]>> = {
  any: ['serial', 'user', 'label'],
  serial: ['serial'],
  user: ['user'],
  label: ['label'],
};

/**
 * The end of a page: the source, the matched part or label, the name it belongs to, and a token of that user or
 * label.
 */
type Mark = readonly [source: string, key: string, name: string, serial: string];

interface Found {
  readonly token: TokenRow;
  readonly user: string | null;
  readonly mark: Mark;
}

/** The search of one page in one source. */
interface Look {
  readonly db: Db;
  readonly text: string;
  readonly wanted: Wanted | undefined;
  readonly after: Mark | undefined;
  /** How many matches fill the page and show that there is another. */
  readonly enough: number;
  readonly state: TokenState | undefined;
  /** Whether earlier sources are part of the search: their matches are not returned again. */
  readonly isLater: boolean;
}

interface Looked {
  readonly found: readonly Found[];
  /** Where the search stopped, if there may be more. */
  readonly end?: Mark | undefined;
}

const looks: Readonly<Record<Source, (look: Look) => Promise<Looked>>> = {
  serial: bySerial,
  user: byUser,
  label: byBeginningOfLabel,
};

/**
 * Returns a page of the tokens that match a text. It examines at most `administrationLimits.pageRowsScanned` hits, and
 * as many tokens, of each source.
 */
export async function findTokens(db: Db, search: TokenSearch) {
  const { by, text, state, rows } = search;
  const mark = search.after === undefined ? undefined : markOf(search.after);
  const sources = sourcesOf[by];
  const first = sources.findIndex(source => mark === undefined || source === mark[0]);
  if (first < 0 || (search.after !== undefined && mark === undefined)) return refused('bad_cursor');
  const page: Found[] = [];
  for (const source of sources.slice(first)) {
    const { found, end } = await looks[source]({
      db,
      text,
      wanted: wantedOf(text),
      after: source === mark?.[0] ? mark : undefined,
      enough: rows + 1 - page.length,
      state,
      isLater: by === 'any',
    });
    page.push(...found);
    if (page.length > rows) return pageOf(page.slice(0, rows), page[rows - 1]?.mark);
    if (end !== undefined) return pageOf(page, end);
  }
  return pageOf(page, undefined);
}

function isIn(state: TokenState | undefined, token: TokenRow): boolean {
  return state === undefined || token.state === state;
}

function markOf(after: string): Mark | undefined {
  const [source, key, name, serial] = readSearchCursor(after, 4) ?? [];
  if (source === undefined || key === undefined || name === undefined || serial === undefined)
    return undefined;
  return [source, key, name, serial];
}

function pageOf(page: readonly Found[], end: Mark | undefined) {
  return done({
    tokens: page.map(({ token, user }) => viewOf(token, user)),
    next: end === undefined ? null : writeSearchCursor(end),
  });
}

async function bySerial({ db, wanted, after, enough, state }: Look): Promise<Looked> {
  if (wanted === undefined) return { found: [] };
  const at = after && { part: after[1], name: after[2] };
  const { hits, end } = await lookAtHits(db, 'token', wanted, at);
  const found: Found[] = [];
  for (const portion of inPortions(hits, administrationLimits.searchHitsAtOnce)) {
    const rows = await db
      .selectFrom('tokens')
      .leftJoin('users', 'users.id', 'tokens.user_id')
      .selectAll('tokens')
      .select('users.name as user')
      .where('tokens.serial', 'in', namesOf(db, portion))
      .execute();
    const bySerials = new Map(rows.map(row => [row.serial, { row, texts: [row.serial] }]));
    for (const { hit, row } of leastHits(portion, wanted, bySerials))
      if (isIn(state, row))
        found.push({ token: row, user: row.user, mark: ['serial', hit.part, hit.name, ''] });
    if (found.length >= enough) return { found };
  }
  return { found, end: end && ['serial', end.part, end.name, ''] };
}

function namesOf(db: Db, hits: readonly { readonly name: string }[]) {
  return valuesAsList(db, [...new Set(hits.map(({ name }) => name))]);
}

async function byUser({ db, wanted, after, enough, state, isLater }: Look): Promise<Looked> {
  if (wanted === undefined) return { found: [] };
  const at = after && { part: after[1], name: after[2] };
  const { hits, end } = await lookAtHits(db, 'user', wanted, at);
  const found: Found[] = [];
  let looked = 0;
  // The previous page may have ended among the tokens of one user.
  for (const portion of inPortions(at ? [at, ...hits] : hits, administrationLimits.searchHitsAtOnce)) {
    const rows = await db
      .selectFrom('users')
      .select(['id', 'name', 'display_name', 'email'])
      .where('name', 'in', namesOf(db, portion))
      .execute();
    const users = leastHits(
      portion,
      wanted,
      new Map(rows.map(row => [row.name, { row, texts: textsOfUser(row) }])),
    );
    const startOf = (name: string) => (name === at?.name ? (after?.[3] ?? '') : '');
    const tokens = await tokensOf(
      db,
      users.map(({ row }) => [row.id, startOf(row.name)]),
    );
    for (const { hit, row } of users) {
      const own = tokens.get(row.id) ?? [];
      for (const token of own) {
        const isFound = isIn(state, token) && !(isLater && holds([token.serial], wanted));
        if (isFound) found.push({ token, user: row.name, mark: ['user', hit.part, row.name, token.serial] });
      }
      looked += own.length;
      const last = own.at(-1);
      const isFull =
        own.length === administrationLimits.searchTokensOfUser ||
        looked >= administrationLimits.pageRowsScanned;
      if (last !== undefined && isFull) return { found, end: ['user', hit.part, row.name, last.serial] };
    }
    if (found.length >= enough) return { found };
  }
  // After the last user's tokens: no serial number has this character.
  return { found, end: end && ['user', end.part, end.name, '\u007f'] };
}

/** Returns the first tokens of users by serial number, each after a given one. @returns by the user's id */
async function tokensOf(
  db: Db,
  users: readonly (readonly [id: string, start: string])[],
): Promise<Map<string, TokenRow[]>> {
  if (users.length === 0) return new Map();
  const columns = { id: 'text', start: 'text' } as const;
  const order = sql`order by tokens.serial limit ${sql.lit(administrationLimits.searchTokensOfUser)}`;
  // SQLite has no lateral joins, and is queried for one user after the other.
  const rows = await forEachRow(db, columns, users, table =>
    engineOf(db) === 'postgres'
      ? sql<TokenRow>`select own.* from ${table} as owner cross join lateral (select tokens.* from tokens
          where tokens.user_id = owner.id and tokens.serial > owner.start ${order}) as own`
      : sql<TokenRow>`select tokens.* from tokens where tokens.user_id = (select id from ${table} as owner)
          and tokens.serial > (select start from ${table} as owner) ${order}`,
  );
  const own = new Map<string, TokenRow[]>();
  for (const row of rows.sort((one, other) => byCodePoint(one.serial, other.serial)))
    own.set(row.user_id ?? '', [...(own.get(row.user_id ?? '') ?? []), row]);
  return own;
}

async function byBeginningOfLabel({
  db,
  text,
  wanted,
  after,
  enough,
  state,
  isLater,
}: Look): Promise<Looked> {
  // PostgreSQL refuses text with NUL or a lone surrogate.
  if (/[\0\p{Cs}]/u.test(text)) return { found: [] };
  const mark = after && { key: after[1], serial: after[3] };
  const isPicked = isLater || state !== undefined;
  const rows = await byLabel(db, {
    prefix: text,
    mark,
    rows: isPicked ? administrationLimits.pageRowsScanned + 1 : enough,
  });
  const looked = rows.slice(0, administrationLimits.pageRowsScanned);
  const found = looked
    .filter(row => isIn(state, row))
    .filter(row => !(isLater && wanted !== undefined && holds(textsOf(row), wanted)))
    .map(row => ({ token: row, user: row.user, mark: ['label', row.key, '', row.serial] as const }));
  const last = rows.length > looked.length ? looked.at(-1) : undefined;
  return { found, end: last && ['label', last.key, '', last.serial] };
}

/** Returns the texts by which the sources before the labels match a token. */
function textsOf(row: Awaited<ReturnType<typeof byLabel>>[number]): string[] {
  const { serial, user, display_name, email } = row;
  return [
    serial,
    ...(user === null ? [] : textsOfUser({ name: user, display_name: display_name ?? '', email })),
  ];
}
