import { done, refused } from '../../base/results.ts';
import type { Db } from '../../storage/database/database.ts';
import { subject } from '../kit/act.ts';
import { findUser, prepareUserName } from './users.ts';

/** Returns the user with a typed name. */
export async function userNamed(db: Db, typed: string) {
  const user = await findUser(db, prepareUserName(typed) ?? '');
  return user === undefined ? refused('unknown_user') : done(user);
}

/** Users, as acts are about them. */
export const aboutUser = subject({
  kind: 'user',
  key: 'user',
  home: '/users',
  page: '/user',
  missing: ['unknown_user'],
  find: userNamed,
});
