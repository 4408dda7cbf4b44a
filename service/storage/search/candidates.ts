import { type Expression, type RawBuilder, sql } from 'kysely';
import { administrationLimits as limits } from '../../base/limits/administration.ts';
import { listLimits } from '../../base/limits/lists.ts';
import { engineOf } from '../schema/engine.ts';
import type { SearchKind } from '../schema/schema.ts';
import type { Db } from '../schema/store.ts';
import { beginningOf, byCodePoint, LAST } from './parts.ts';

/** The texts of tokens that a search may be limited to. */
export type SearchColumns = 'serial' | 'label' | 'user';

/** Conditions on the columns of the rows' table, `users` or `tokens`, by these names. */
export interface Filter {
  /** An index holds the rows with it in order of their names. */
  readonly carried?: Expression<unknown>;
  /** Any other condition: it is checked on each candidate. */
  readonly checked?: Expression<unknown>;
}

/** A position among the candidates. */
export interface CandidatePosition {
  /** The number of the source (`sourcesOf`). */
  readonly source: number;
  /** The part of the driving word and the row that has it; empty where rows drive. */
  readonly part: string;
  readonly name: string;
  /** The row of the list. */
  readonly key: string;
}

interface Sought {
  readonly kind: SearchKind;
  readonly columns?: SearchColumns;
  readonly filter?: Filter;
  readonly limit: number;
  /** The most candidates that a page or a total examines in each source. */
  readonly examined: number;
}

/** The words, and the one whose parts are the candidates; empty: the rows in order of their names. */
interface Driven {
  readonly words: readonly string[];
  readonly driver: string;
}

/**
 * Where candidates come from: `rows` themselves, the parts of their `own` texts, or the parts of their `owner`, the
 * user of a token.
 */
type Source = 'rows' | 'own' | 'owner';

/** Returns the sources of candidates, in order. A row is listed in the first one that has it. */
export function sourcesOf({ kind, columns }: Sought, driver: string): readonly Source[] {
  if (driver === '') return ['rows'];
  if (kind === 'user') return ['own'];
  if (columns === undefined) return ['own', 'owner'];
  return columns === 'user' ? ['owner'] : ['own'];
}

const ROWS = {
  user: { table: sql`users`, key: sql`users.name` },
  token: { table: sql`tokens`, key: sql`tokens.serial` },
} as const;

function kindOf(source: Source, kind: SearchKind): SearchKind {
  return source === 'owner' ? 'user' : kind;
}

/** The condition on parts of a source that begin with a word. */
function within(source: Source, { kind }: Sought, word: string): RawBuilder<unknown> {
  const beginning = beginningOf(word);
  return sql`kind = ${kindOf(source, kind)} and part < ${beginning + LAST}`;
}

/**
 * Returns about how many candidates each word has, and with '' those of the filter that an index carries: counted up to
 * as many as are examined.
 */
export async function estimate(
  db: Db,
  search: Sought,
  words: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const most = sql.lit(search.examined);
  const counts = words.map(word => {
    const ranges = sourcesOf(search, word).map(
      source => sql`(select count(*) from (select 1 from search_parts
        where ${within(source, search, word)} and part >= ${beginningOf(word)} limit ${most}) as parts)`,
    );
    return sql`select ${word} as word, ${sql.join(ranges, sql` + `)} as weight`;
  });
  const carried = search.filter?.carried;
  if (carried !== undefined)
    counts.push(
      sql`select '' as word, (select count(*) from (select 1 from ${ROWS[search.kind].table} where ${carried} limit ${most}) as carried) as weight`,
    );
  const { rows } = await sql<{ word: string; weight: number }>`${sql.join(counts, sql` union all `)}`.execute(
    db,
  );
  return new Map(rows.map(({ word, weight }) => [word, Number(weight)]));
}

/** A candidate that has all words and passes the filter. */
interface Match {
  readonly place: CandidatePosition;
  /** The folded texts of the row whose part it is. */
  readonly folded: string;
}

/**
 * Returns the matches after a place, and where they end if there may be more: after so many rows as one page needs, or
 * after so many candidates as it may examine.
 */
export async function readMatches(
  db: Db,
  search: Sought,
  at: Driven & { readonly source: number; readonly place: CandidatePosition | undefined },
): Promise<{ readonly matches: readonly Match[]; readonly end?: CandidatePosition }> {
  const source = sourcesOf(search, at.driver)[at.source] ?? 'rows';
  const most = search.examined;
  const enough = (search.limit + 1) * (source === 'rows' ? 1 : limits.searchMatchesPerRow);
  const check = checkOf(db, search, at, source) ?? sql`1 = 1`;
  const isLast = sql`c.n = ${sql.lit(most)}`;
  // Candidates are numbered in their order, and neither database sorts them again: SQLite would do so at the end.
  const { rows } = await sql<MatchRow>`select c.part, c.name, c.key, c.n,
      case when ${isLast} then case when ${check} then 1 else 0 end else 1 end as matched,
      (select folded from search_texts where kind = ${kindOf(source, search.kind)} and name = c.name) as folded
    from (select found.part, found.name, found.key, row_number() over () as n
      from (${candidates(db, source, search, at)}) as found limit ${sql.lit(most)}) as c
    where ${isLast} or ${check} limit ${sql.lit(enough)}`.execute(db);
  const matches = rows.map(row => ({ row, place: placeOf(at.source, row), folded: row.folded ?? '' }));
  const last = matches.at(-1);
  const isCut = last !== undefined && (rows.length === enough || Number(last.row.n) === most);
  return {
    matches: matches.filter(({ row }) => row.matched === 1 && row.key !== null),
    ...(isCut && { end: last.place }),
  };
}

interface MatchRow {
  readonly part: string;
  readonly name: string;
  /** Null: a user without tokens. */
  readonly key: string | null;
  readonly n: number;
  readonly matched: number;
  readonly folded: string | null;
}

function placeOf(source: number, { part, name, key }: MatchRow): CandidatePosition {
  return { source, part, name, key: key ?? AFTER_ALL };
}

/** The position after all tokens of a user: no serial number has this character. */
const AFTER_ALL = '\u007f';

/** Selects candidates after a place, in order. */
function candidates(
  db: Db,
  source: Source,
  search: Sought,
  { driver, place }: Driven & { readonly place: CandidatePosition | undefined },
): RawBuilder<unknown> {
  const most = sql.lit(search.examined);
  if (source === 'rows') {
    const { table, key } = ROWS[search.kind];
    return sql`select '' as part, '' as name, ${key} as key from ${table}
      where ${key} > ${place?.key ?? ''} and ${search.filter?.carried ?? sql`1 = 1`} order by ${key} limit ${most}`;
  }
  const beginning = beginningOf(driver);
  // A cursor of another search does not widen this one. Only one lower bound: SQLite uses only the first of two.
  const isWithin = place !== undefined && byCodePoint(place.part, beginning) >= 0;
  const { part, name, key } = isWithin ? place : { part: beginning, name: '', key: '' };
  const parts = sql`from search_parts where ${within(source, search, driver)}`;
  const order = sql`order by part, name limit ${most}`;
  if (source === 'own')
    return sql`select part, name, name as key ${parts} and (part, name) > (${part}, ${name}) ${order}`;
  // The page before may have ended among the tokens of one user.
  const hits = sql`select part, name, (select id from users where users.name = search_parts.name) as user_id,
    case when part = ${part} and name = ${name} then ${key} else '' end as start
    ${parts} and (part, name) ${sql.raw(key === AFTER_ALL ? '>' : '>=')} (${part}, ${name}) ${order}`;
  return sql`select hit.part, hit.name, own.serial as key from (${hits}) as hit left join ${tokensOf(db, 'serial > hit.start')}`;
}

/** Joins the tokens of `hit.user_id`, in order of serial numbers. */
function tokensOf(db: Db, condition: string): RawBuilder<unknown> {
  const of = sql.raw(`own.user_id = hit.user_id and own.${condition}`);
  // Without a lateral join, PostgreSQL might read all tokens; SQLite has none.
  return engineOf(db) === 'postgres'
    ? sql`lateral (select own.serial from tokens as own where ${of} order by own.serial
        limit ${sql.lit(listLimits.countedMax + 1)}) as own on true`
    : sql`tokens as own on ${of}`;
}

/**
 * Returns the condition that the row of `c.key` has all words and passes the filter: a subquery, because of a join
 * PostgreSQL might read all rows.
 *
 * @returns undefined if every candidate passes
 * @param source of the candidates, which have the user's name as `c.name` if it is `owner`: they are not listed if their
 * own texts list them
 */
function checkOf(
  db: Db,
  search: Sought,
  { words, driver }: Driven,
  source: Source,
): RawBuilder<unknown> | undefined {
  const { kind, columns, filter = {} } = search;
  const carried = driver === '' ? undefined : filter.carried;
  const filters = [carried, filter.checked].filter(one => one !== undefined);
  const isListedBefore = source === 'owner' && columns === undefined;
  const unknown = isSure(search, words, driver) ? [] : words;
  const texts = unknown.map(word =>
    kind === 'user' ? has(db, sql`own.folded`, word) : tokenHas(db, columns, word),
  );
  if (isListedBefore) texts.push(sql`not ${has(db, sql`own.folded`, driver)}`);
  if (filters.length + texts.length === 0) return undefined;
  const isOfOwner = kind === 'token' && unknown.length > 0 && (columns === undefined || columns === 'user');
  const { table, key } = ROWS[kind];
  const tables = [
    ...(filters.length > 0 || (isOfOwner && source !== 'owner')
      ? [sql`join ${table} on ${key} = c.key`]
      : []),
    ...(texts.length > 0 && columns !== 'user'
      ? [sql`join search_texts as own on own.kind = ${kind} and own.name = c.key`]
      : []),
    ...(isOfOwner && source === 'owner' ? [sql`join ${ofOwner(sql`c.name`)}`] : []),
    ...(isOfOwner && source !== 'owner'
      ? [
          sql`left join users as user_of on user_of.id = tokens.user_id left join ${ofOwner(sql`user_of.name`)}`,
        ]
      : []),
  ];
  return sql`(select 1 from (select 1 as one) as single ${sql.join(tables, sql` `)}
    where ${sql.join([...filters, ...texts], sql` and `)}) = 1`;
}

function ofOwner(name: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`search_texts as owner on owner.kind = 'user' and owner.name = ${name}`;
}

/** Whether every candidate has the words: its part is the only one. */
function isSure({ columns }: Sought, words: readonly string[], driver: string): boolean {
  return words.length === 1 && driver !== '' && beginningOf(driver) === driver && columns === undefined;
}

function tokenHas(db: Db, columns: SearchColumns | undefined, word: string): RawBuilder<unknown> {
  if (columns === 'serial') return has(db, sql`lower(c.key)`, word);
  if (columns === 'user') return has(db, sql`owner.folded`, word);
  const own = sql`own.folded`;
  if (columns === 'label') {
    const [position, feed] = engineOf(db) === 'postgres' ? ['strpos', 'chr(10)'] : ['instr', 'char(10)'];
    return has(db, sql`substr(own.folded, ${sql.raw(`${position}(own.folded, ${feed})`)})`, word);
  }
  return sql`(${has(db, own, word)} or ${has(db, sql`owner.folded`, word)})`;
}

function has(db: Db, text: RawBuilder<unknown>, word: string): RawBuilder<unknown> {
  return engineOf(db) === 'postgres' ? sql`strpos(${text}, ${word}) > 0` : sql`instr(${text}, ${word}) > 0`;
}

/**
 * Counts the rows found in a source and in none before it, up to one more than it may examine, and says whether it
 * stopped before the end of the candidates.
 */
export async function readTotal(
  db: Db,
  search: Sought,
  at: Driven & { readonly source: number },
): Promise<{ readonly count: number; readonly isCut: boolean }> {
  const source = sourcesOf(search, at.driver)[at.source] ?? 'rows';
  const check = checkOf(db, search, at, source);
  const { carried, checked } = search.filter ?? {};
  const isLight = isSure(search, at.words, at.driver) && carried === undefined && checked === undefined;
  const most = (check === undefined || isLight ? listLimits.countedMax : search.examined) + 1;
  const hitsMost = most * limits.searchHitsPerRow;
  const hits =
    source === 'rows' ? rowsToCount(search, most) : hitsToCount(source, search, at.driver, hitsMost);
  const keys =
    source === 'owner'
      ? sql`select own.serial as key, hit.name from (select name, (select id from users where users.name = named.name)
          as user_id from (select distinct name from hits) as named) as hit join ${tokensOf(db, "serial > ''")}`
      : sql`select distinct name as key, name from hits`;
  const { rows } = await sql<{
    hits: number;
    keys: number;
    count: number;
  }>`with hits as materialized (${hits}),
    candidates as materialized (select key, name from (${keys}) as every limit ${sql.lit(most)})
    select (select count(*) from hits) as hits, (select count(*) from candidates) as keys,
      (select count(*) from candidates as c where ${check ?? sql`1 = 1`}) as count`.execute(db);
  const [counted] = rows;
  const isCut = Number(counted?.keys) >= most || Number(counted?.hits) >= hitsMost;
  return { count: Number(counted?.count), isCut };
}

function rowsToCount({ kind, filter }: Sought, most: number): RawBuilder<unknown> {
  const { table, key } = ROWS[kind];
  return sql`select ${key} as name from ${table} where ${filter?.carried ?? sql`1 = 1`}
    order by ${key} limit ${sql.lit(most)}`;
}

function hitsToCount(source: Source, search: Sought, driver: string, most: number): RawBuilder<unknown> {
  return sql`select name from search_parts where ${within(source, search, driver)}
    and part >= ${beginningOf(driver)} limit ${sql.lit(most)}`;
}
