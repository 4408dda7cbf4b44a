import type { Actor } from '../../base/actor.ts';
import { usableStates } from '../../base/token-states.ts';
import type { Db } from '../../storage/database/database.ts';

/**
 * Whether a user is the only administrator who can sign in: enabled as operator and as user, with a password and a
 * usable token that the console accepts. Before the first such administrator, one-time links administer the service,
 * and nothing has to be protected.
 */
export async function isLastAdmin(db: Db, userId: string): Promise<boolean> {
  const able = await ableAdmins(db, []);
  return able.length === 1 && able[0] === userId;
}

/**
 * Whether to refuse an act that makes tokens unusable, because no administrator could sign in any more and the actor
 * must not cause that: the help desk, or a user on their self-service page, who signed in by a temporary code of the
 * help desk. An administrator may do so, for example after losing that fob.
 *
 * @param tokenIds all tokens that become unusable; call this in the same transaction
 */
export async function takesLastWay(
  db: Db,
  { role }: Pick<Actor, 'role'>,
  tokenIds: readonly string[],
): Promise<boolean> {
  if (role === 'admin' || role === 'service') return false;
  return (await ableAdmins(db, tokenIds)).length === 0 && (await ableAdmins(db, [])).length > 0;
}

/**
 * Returns at most two administrators who can sign in to the console without the excluded tokens. The console asks for
 * no PIN, so a token whose passcodes need a PIN at the service does not work there.
 */
async function ableAdmins(db: Db, leftOut: readonly string[]): Promise<string[]> {
  const able = await db
    .selectFrom('operators')
    .innerJoin('users', 'users.id', 'operators.user_id')
    .select('users.id')
    .where('operators.role', '=', 'admin')
    .where('operators.disabled_ms', 'is', null)
    .where('users.disabled_ms', 'is', null)
    .where('users.password_hash', 'is not', null)
    .where(condition =>
      condition.exists(
        condition
          .selectFrom('tokens')
          .select('tokens.id')
          .whereRef('tokens.user_id', '=', 'users.id')
          .where('tokens.kind', '<>', 'ocra')
          .where('tokens.pin_place', '<>', 'service')
          .where('tokens.state', 'in', usableStates)
          .where('tokens.id', 'not in', ['', ...leftOut]),
      ),
    )
    .limit(2)
    .execute();
  return able.map(({ id }) => id);
}
