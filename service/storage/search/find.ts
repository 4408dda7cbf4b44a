import { administrationLimits as limits } from '../../base/limits/administration.ts';
import type { Total } from '../../base/limits/lists.ts';
import { listLimits } from '../../base/limits/lists.ts';
import type { SearchKind } from '../schema/schema.ts';
import type { Db } from '../schema/store.ts';
import {
  type CandidatePosition,
  estimate,
  type Filter,
  readMatches,
  readTotal,
  type SearchColumns,
  sourcesOf,
} from './candidates.ts';
import { readSearchCursor, writeSearchCursor } from './cursor.ts';
import { beginningOf, leastPart, splitTyped } from './parts.ts';

/*
 * Finds rows of which every typed word is a part of some searched text, in any order and any column.
 *
 * One thing drives a search: the word with the fewest parts in the index (`search_parts`), or the rows of the filter in
 * order of their names, if these are fewer or nothing is typed. Its candidates are read in the order of the index, and
 * compared with all words (`search_texts`) and the filter by the database. A page and a total each examine a limited
 * number of candidates. After that, the page is short and `isPartial`, its `next` goes on behind the last candidate,
 * and the total is `at-least`. The cursor names the driver, so that all pages have one order, whatever is added
 * meanwhile.
 */

/** Which rows to find. */
export interface Search {
  readonly kind: SearchKind;
  /** Words; an empty text finds all rows, in order of their names. */
  readonly typed: string;
  /** Default: all that the kind has. */
  readonly columns?: SearchColumns;
  readonly filter?: Filter;
  /** The most rows of a page. */
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string | undefined;
  /** The most candidates that a page or a total examines. Default: `administrationLimits.searchRowsExamined`. */
  readonly examined?: number;
  /** Whether to count all rows found, which takes about as long as a page. Default: no. */
  readonly isCounted?: boolean;
}

export interface SearchPage {
  /** Names of users or serial numbers of tokens, in order. */
  readonly names: readonly string[];
  /** Null on the last page. */
  readonly next: string | null;
  /** Null unless it was counted, or this is the last page. */
  readonly total: Total | null;
  /** Whether the page is shorter than requested because it has examined enough, and not because nothing follows. */
  readonly isPartial: boolean;
}

type Bounded = Search & { readonly examined: number };

/** The search of all pages with one cursor. */
interface Course {
  /** Longest first. */
  readonly words: readonly string[];
  /** The driving word, or empty: the rows. */
  readonly driver: string;
  /** Where the page begins. */
  readonly place: CandidatePosition | undefined;
  /** Rows on the pages before. */
  readonly listed: number;
  readonly total: Total | null;
}

const nothing: SearchPage = { names: [], next: null, total: { count: 0, kind: 'exact' }, isPartial: false };

/** @returns undefined if the cursor is not of this search */
export async function findRows(db: Db, sought: Search): Promise<SearchPage | undefined> {
  const search = { ...sought, examined: sought.examined ?? limits.searchRowsExamined[sought.kind] };
  const words = splitTyped(search.typed);
  const before = search.after === undefined ? undefined : readCourse(search.after, words ?? []);
  if (search.after !== undefined && before === undefined) return undefined;
  if (words === undefined) return nothing;
  const driver = before?.driver ?? (await chooseDriver(db, search, words));
  const { names, end } = await readPage(db, search, { words, driver }, before?.place);
  const listed = (before?.listed ?? 0) + names.length;
  const page = { names, isPartial: end !== undefined && names.length < search.limit };
  if (end === undefined) return { ...page, next: null, total: { count: listed, kind: 'exact' } };
  const counted =
    before?.total ?? (search.isCounted === true ? await count(db, search, { words, driver }, page) : null);
  const total = counted && { ...counted, count: Math.max(counted.count, listed) };
  return { ...page, next: writeCourse({ words, driver, place: end, listed, total }), total };
}

/** Returns the word with the fewest candidates, or empty if the rows of the filter are fewer and no word has few. */
async function chooseDriver(db: Db, search: Bounded, words: readonly string[]): Promise<string> {
  const [longest, ...others] = words.slice(0, limits.searchWordsWeighed);
  if (longest === undefined) return '';
  if (others.length === 0 && search.filter?.carried === undefined) return longest;
  const weights = await estimate(db, search, [longest, ...others]);
  let best = longest;
  for (const word of others) if ((weights.get(word) ?? 0) < (weights.get(best) ?? 0)) best = word;
  const most = search.examined;
  const [ofWord, ofRows = most] = [weights.get(best) ?? 0, weights.get('')];
  return ofWord >= most && ofRows < most ? '' : best;
}

/** @param page the first one; if it is partial, counting would examine the same candidates again */
async function count(
  db: Db,
  search: Bounded,
  driven: Pick<Course, 'words' | 'driver'>,
  { names, isPartial }: Pick<SearchPage, 'names' | 'isPartial'>,
): Promise<Total> {
  if (isPartial) return { count: names.length, kind: 'at-least' };
  let found = 0;
  let isCut = false;
  for (const source of sourcesOf(search, driven.driver).keys()) {
    const counted = await readTotal(db, search, { ...driven, source });
    found += counted.count;
    isCut ||= counted.isCut;
    if (found > listLimits.countedMax) return { count: listLimits.countedMax, kind: 'more' };
  }
  return { count: found, kind: isCut ? 'at-least' : 'exact' };
}

async function readPage(
  db: Db,
  search: Bounded,
  course: Pick<Course, 'words' | 'driver'>,
  from: CandidatePosition | undefined,
): Promise<{ readonly names: readonly string[]; readonly end?: CandidatePosition }> {
  const beginning = beginningOf(course.driver);
  const names: string[] = [];
  let listed = from;
  const sources = sourcesOf(search, course.driver);
  for (let source = from?.source ?? 0; source < sources.length; source++) {
    const place = source === from?.source ? from : undefined;
    const { matches, end } = await readMatches(db, search, { ...course, source, place });
    for (const { place: at, folded } of matches) {
      if (course.driver !== '' && leastPart(folded, beginning) !== at.part) continue;
      if (names.length === search.limit) return listed === undefined ? { names } : { names, end: listed };
      names.push(at.key);
      listed = at;
    }
    if (end !== undefined) return { names, end };
  }
  return { names };
}

function writeCourse({ words, driver, place, listed, total }: Course): string {
  const { source = 0, part = '', name = '', key = '' } = place ?? {};
  const counted = total === null ? ['', '0'] : [total.kind, String(total.count)];
  const numbers = [words.indexOf(driver) + 1, source, listed].map(String);
  return writeSearchCursor([...numbers, part, name, key, ...counted]);
}

function readCourse(after: string, words: readonly string[]): Course | undefined {
  const texts = readSearchCursor(after, 8);
  if (texts === undefined) return undefined;
  const [place = '', source = '', listed = '', part = '', name = '', key = '', kind = '', count = ''] = texts;
  if (![place, source, listed, count].every(isCount) || !isTotal(kind)) return undefined;
  const driver = ['', ...words][Number(place)];
  if (driver === undefined) return undefined;
  return {
    words,
    driver,
    place: { source: Number(source), part, name, key },
    listed: Number(listed),
    total: kind === '' ? null : { kind, count: Number(count) },
  };
}

function isTotal(kind: string): kind is Total['kind'] | '' {
  return ['', 'exact', 'more', 'at-least'].includes(kind);
}

function isCount(text: string): boolean {
  return /^\d{1,9}$/.test(text);
}
