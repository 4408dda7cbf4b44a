import { type Store, writing } from '@passfob/service/storage/database/database';
import type { Db } from '@passfob/service/storage/schema/store';
import { partsOf } from '@passfob/service/storage/search/parts';
import { textsOfUser } from '@passfob/service/storage/search/rows';
import { insertUser, newUser } from '@passfob/service/subjects/users/users';

/** Returns the stored search parts. */
export async function storedParts(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('search_parts').selectAll().execute();
  return rows.map(({ kind, part, name }) => JSON.stringify([kind, name, part])).sort();
}

/** Returns the search parts that the present users and tokens should have. */
export async function dueParts(db: Db): Promise<string[]> {
  const users = await db.selectFrom('users').selectAll().execute();
  const tokens = await db.selectFrom('tokens').select('serial').execute();
  const due = (kind: string, name: string, texts: readonly string[]) =>
    partsOf(texts).map(part => JSON.stringify([kind, name, part]));
  return [
    ...users.flatMap(user => due('user', user.name, textsOfUser(user))),
    ...tokens.flatMap(({ serial }) => due('token', serial, [serial])),
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
