import { type Store, writing } from '@passfob/service/storage/database/database';
import type { Db } from '@passfob/service/storage/schema/store';
import { foldedTexts, partsOf } from '@passfob/service/storage/search/parts';
import { textsOfToken, textsOfUser } from '@passfob/service/storage/search/rows';
import { insertUser, newUser } from '@passfob/service/subjects/users/users';

/** Returns the stored rows of the search index. */
export async function storedParts(db: Db): Promise<string[]> {
  const parts = await db.selectFrom('search_parts').selectAll().execute();
  const texts = await db.selectFrom('search_texts').selectAll().execute();
  return [
    ...parts.map(({ kind, part, name }) => JSON.stringify([kind, name, part])),
    ...texts.map(({ kind, name, folded }) => JSON.stringify([kind, name, { folded }])),
  ].sort();
}

/** Returns the rows of the search index that the present users and tokens should have. */
export async function dueParts(db: Db): Promise<string[]> {
  const users = await db.selectFrom('users').selectAll().execute();
  const tokens = await db.selectFrom('tokens').select(['serial', 'label']).execute();
  const due = (kind: string, name: string, texts: readonly string[]) =>
    [...partsOf(texts), { folded: foldedTexts(texts) }].map(one => JSON.stringify([kind, name, one]));
  return [
    ...users.flatMap(user => due('user', user.name, textsOfUser(user))),
    ...tokens.flatMap(token => due('token', token.serial, textsOfToken(token))),
  ].sort();
}

/** A user to search for. */
export interface Person {
  readonly name: string;
  readonly displayName?: string;
  readonly email?: string;
}

/** Adds many users at once, with the same columns and parts as users created one by one. */
export function addUsers({ db }: Store, people: readonly Person[], nowMs: number): Promise<void> {
  return writing(db, async transaction => {
    for (const { name, displayName = '', email = null } of people)
      await insertUser(transaction, { ...newUser(name, nowMs), display_name: displayName, email });
  });
}

/** Folds a text without accents and case, by other means than the service. */
export function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replaceAll('\u00df', 'ss');
}
