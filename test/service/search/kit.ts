import { type Store, writing } from '@passfob/service/storage/database/database';
import type { Db } from '@passfob/service/storage/schema/store';
import { foldedTexts, partsOf } from '@passfob/service/storage/search/parts';
import { textsOfToken, textsOfUser } from '@passfob/service/storage/search/rows';
import type { AskedPage, FoundList, ListPage } from '@passfob/service/subjects/kit/list';
import { readPage } from '@passfob/service/subjects/kit/read-list';
import { insertUser, newUser } from '@passfob/service/subjects/users/users';
import { expect } from 'vitest';

/** What is asked of a list, with its filters by their names. */
export interface Sought extends Partial<Omit<AskedPage, 'filters'>> {
  readonly [filter: string]: unknown;
}

/** Returns a page of a list that is searched. */
export async function foundIn(db: Db, list: FoundList, sought: Sought): Promise<ListPage> {
  const { after, limit = 50, nowMs = 0, isCounted = false, ...filters } = sought;
  const page = await readPage(db, list, { filters, after, limit, nowMs, isCounted });
  if (page === undefined) throw new Error('the list does not know its own place');
  return page;
}

/** Returns the keys of all pages, in order. */
export async function allFoundIn(db: Db, list: FoundList, sought: Sought): Promise<string[]> {
  const keys: string[] = [];
  let after: string | null | undefined;
  for (let turn = 0; turn < 500 && after !== null; turn++) {
    const page = await foundIn(db, list, { ...sought, ...(after !== undefined && { after }) });
    expect(page.items.length).toBeLessThanOrEqual(sought.limit ?? 50);
    keys.push(...page.items.map(item => String(item[list.key])));
    after = page.next;
  }
  expect(after).toBeNull();
  return keys;
}

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
