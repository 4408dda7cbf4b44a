import type { Db } from '../../storage/database/database.ts';
import { valuesAsList } from '../../storage/queries/rows.ts';
import type { Filter } from '../../storage/search/candidates.ts';
import { findRows } from '../../storage/search/find.ts';
import type { AskedPage, ListPage } from '../kit/list.ts';
import { listInOrder } from './in-order.ts';
import { type TokenView, viewOf } from './views.ts';

/**
 * What each word is any part of. `serial`: the serial number; `label`: the label; `user`: the name, the display name or the
 * e-mail address of the user who has the token, or had it when it was revoked; `any`: one of these. Accents and case are
 * ignored. Without words it is the order of the list, the serial number by default.
 */
export const searchedBy = ['any', 'serial', 'user', 'label'] as const;

type SearchedBy = (typeof searchedBy)[number];

type Asked = Omit<AskedPage, 'filters'> & { readonly filter: Filter };

/**
 * Returns a page of tokens. Every page costs about the same, however many tokens there are: the order is that of an
 * index, and a limited number of rows is examined (`storage/search/find.ts`). With words, each token comes once: first
 * those whose serial number or label has the rarest word, then those of users. Both groups are ordered by the matched
 * text up to its end, so that tokens that end with it come first.
 *
 * @returns undefined for an `after` that is not of this search
 */
export async function searchTokens(
  db: Db,
  text: string,
  by: SearchedBy | undefined,
  asked: Asked,
): Promise<ListPage<TokenView> | undefined> {
  if (text === '' && (by === 'user' || by === 'label')) return await listInOrder(db, { ...asked, by });
  const columns = by === 'any' || (by === undefined && text !== '') ? {} : { columns: by ?? 'serial' };
  const found = await findRows(db, { ...asked, kind: 'token', typed: text, ...columns });
  if (found === undefined) return undefined;
  const { names, ...page } = found;
  return { ...page, items: await tokensNamed(db, names) };
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
