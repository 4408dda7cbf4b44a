import { sql } from 'kysely';
import { administrationLimits } from '../../base/limits/administration.ts';
import { done, refused } from '../../base/results.ts';
import { type TokenState, tokenStates } from '../../base/token-states.ts';
import type { Db } from '../../storage/database/database.ts';
import { valuesAsList } from '../../storage/queries/rows.ts';
import { findRows } from '../../storage/search/find.ts';
import { isWhole } from './facts.ts';
import { listInOrder } from './in-order.ts';
import { type TokenView, viewOf } from './views.ts';

/** The fields that a text may be searched in. */
export const searchedBy = ['any', 'serial', 'user', 'label'] as const;

type SearchedBy = (typeof searchedBy)[number];

/** Selects tokens. Every field is optional. */
export interface TokenQuery {
  /**
   * What each word of `text` is any part of. `serial`: the serial number; `label`: the label; `user`: the name, the
   * display name or the e-mail address of the user who has the token, or had it when it was revoked; `any`, the default:
   * one of these. Accents and case are ignored. Without a text it is the order of the list, the serial number by
   * default.
   */
  readonly by?: SearchedBy;
  readonly text?: string;
  readonly state?: TokenState;
  /** `next` of the previous page. */
  readonly after?: string;
  /** Default 50, at most 200. */
  readonly rows?: number;
  /** Whether to count all tokens found. Default: no. */
  readonly isCounted?: boolean;
}

/**
 * Returns a page of tokens. Every page costs about the same, however many tokens there are: the order is that of an
 * index, and a limited number of rows is examined (`storage/search/find.ts`). With a text, each token comes once: first
 * those whose serial number or label has the rarest word, then those of users. Both groups are ordered by the matched
 * text up to its end, so that tokens that end with it come first.
 */
export async function searchTokens(db: Db, query: TokenQuery = {}) {
  const {
    text = '',
    by = text === '' ? 'serial' : 'any',
    rows = administrationLimits.pageRowsDefault,
    state,
    after,
    isCounted = false,
  } = query;
  const isSound =
    text.length <= administrationLimits.searchTextMax && isWhole(rows, 1, administrationLimits.pageRowsMax);
  if (!isSound || !searchedBy.includes(by)) return refused('bad_query');
  if (state !== undefined && !Object.hasOwn(tokenStates, state)) return refused('bad_query');
  if (text === '' && (by === 'user' || by === 'label')) {
    const listed = await listInOrder(db, { by, state, rows, after });
    return listed.ok ? done({ ...listed.value, total: null, isPartial: false }) : listed;
  }
  const found = await findRows(db, {
    ...{ kind: 'token', typed: text, limit: rows, after, isCounted },
    ...(by !== 'any' && { columns: by }),
    ...(state !== undefined && { filter: { carried: sql`tokens.state = ${state}` } }),
  });
  if (found === undefined) return refused('bad_cursor');
  const { names, ...page } = found;
  return done({ ...page, tokens: await tokensNamed(db, names) });
}

/** Returns tokens in the order of their serial numbers. */
async function tokensNamed(db: Db, serials: readonly string[]): Promise<TokenView[]> {
  const rows = await db
    .selectFrom('tokens')
    .leftJoin('users', 'users.id', 'tokens.user_id')
    .selectAll('tokens')
    .select('users.name as user')
    .where('tokens.serial', 'in', valuesAsList(db, serials))
    .execute();
  const bySerial = new Map(rows.map(row => [row.serial, viewOf(row, row.user)]));
  return serials.flatMap(serial => bySerial.get(serial) ?? []);
}
