import { administrationLimits } from '../../base/limits/administration.ts';
import { type Result, refused } from '../../base/results.ts';
import { type TokenState, tokenStates } from '../../base/token-states.ts';
import type { Db } from '../../storage/database/database.ts';
import { isWhole } from './facts.ts';
import { findTokens } from './find.ts';
import { listInOrder, type TokenPage } from './in-order.ts';

export type { TokenPage } from './in-order.ts';

/** What a text may be looked for in. */
export const searchedBy = ['any', 'serial', 'user', 'label'] as const;

type SearchedBy = (typeof searchedBy)[number];

export function isSearchedBy(by: string): by is SearchedBy {
  return searchedBy.some(one => one === by);
}

/** Which tokens to list. Everything may be left out. */
export interface TokenQuery {
  /**
   * `serial`: `text` is any part of the serial number; `user`: any part of the name, the display name or the e-mail address
   * of the user who has the token, or had it when it was revoked; accents, upper and lower case do not matter in either. `label`:
   * it is the beginning of the label, as it is written. `any`, the default: one of these. Without a text it is what the list is
   * ordered by, the serial number by default.
   */
  readonly by?: SearchedBy;
  readonly text?: string;
  readonly state?: TokenState;
  /** `next` of the previous page. */
  readonly after?: string;
  /** Default 50, at most 200. */
  readonly rows?: number;
}

/**
 * A page of tokens. Every page costs about the same, however many tokens there are: the order is that of an index, and
 * where something has to be picked out of another order, only so many rows are looked at. With a text, tokens come once each:
 * first those whose serial number holds it, then those of users, then those whose label begins with it; among the first
 * two in the order of what was found from the text on, so that what ends with it stands first.
 *
 * @returns refused `bad_query`, `bad_cursor`
 */
export async function searchTokens(db: Db, query: TokenQuery = {}): Promise<Result<TokenPage>> {
  const {
    text = '',
    by = text === '' ? 'serial' : 'any',
    rows = administrationLimits.pageRowsDefault,
    state,
    after,
  } = query;
  const isSound =
    text.length <= administrationLimits.searchTextMax && isWhole(rows, 1, administrationLimits.pageRowsMax);
  if (!isSound || !searchedBy.includes(by)) return refused('bad_query');
  if (state !== undefined && !Object.hasOwn(tokenStates, state)) return refused('bad_query');
  if (text !== '') return findTokens(db, { by, text, state, rows, after });
  return listInOrder(db, { by: by === 'any' ? 'serial' : by, state, rows, after });
}
