import { type SqlBool, sql } from 'kysely';
import { userLimits } from '../../base/limits/users.ts';
import { text } from '../../base/shapes.ts';
import type { ListFilter } from '../kit/list.ts';
import { prepareUserName } from './users.ts';

/** A filter by a user's name, ignoring case, of a table whose `user_id` an index leads to. */
export function ofUser(label: string): ListFilter<string> {
  return {
    shape: text(userLimits.userNameMax, { minLength: 1 }),
    control: { label },
    carried: 'rows',
    condition: name =>
      sql<SqlBool>`user_id = (select id from users where name = ${prepareUserName(name) ?? ''})`,
  };
}
