import { administrationLimits } from '../../base/limits/administration.ts';
import { refused } from '../../base/results.ts';
import { type TokenState, tokenStates } from '../../base/token-states.ts';
import type { Db } from '../../storage/database/database.ts';
import { isWhole } from './facts.ts';
import { findTokens } from './find.ts';
import { listInOrder } from './in-order.ts';

/** The fields that a text may be searched in. */
export const searchedBy = ['any', 'serial', 'user', 'label'] as const;

type SearchedBy = (typeof searchedBy)[number];

export function isSearchedBy(by: string): by is SearchedBy {
  return searchedBy.some(one => one === by);
}

/** Selects tokens. Every field is optional. */
export interface TokenQuery {
  /**
   * `serial`: `text` is any part of the serial number; `user`: any part of the name, the display name or the e-mail
   * address of the user who has the token, or had it when it was revoked; both ignore accents and case. `label`:
   * `text` is the exact beginning of the label. `any`, the default: one of these. Without a text it is the order of
   * the list, the serial number by default.
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
 * Returns a page of tokens. Every page costs about the same, however many tokens there are: the order is that of an
 * index, and filtering in another order examines a limited number of rows. With a text, each token comes once: first
 * those whose serial number contains it, then those of users, then those whose label begins with it. The first two
 * groups are ordered by the matched text up to its end, so that tokens that end with it come first.
 */
export async function searchTokens(db: Db, query: TokenQuery = {}) {
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
