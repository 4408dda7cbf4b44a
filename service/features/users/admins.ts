import type { Actor } from '../../base/actor.ts';
import { usableStates } from '../../base/token-states.ts';
import type { Db } from '../../storage/database/database.ts';

/**
 * Whether a user is the only administrator who can sign in: enabled as operator and as user, with a password and a token
 * in use that the console takes. Before there is one the service is administered by one-time links, and nothing has to be
 * kept.
 */
export async function isLastAdmin(db: Db, userId: string): Promise<boolean> {
  const able = await ableAdmins(db, []);
  return able.length === 1 && able[0] === userId;
}

/**
 * Whether an act that takes tokens out of use is to be refused, because nobody could administer any more and whoever does it
 * may not bring that about: help desk, or a user on their own page, whom a temporary code of help desk lets in. An
 * administrator may have lost the very fob.
 *
 * @param tokenIds all that go together; to be asked in the transaction in which they do
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
 * Administrators who can sign in to the console by other tokens than those left out: two at most. The console asks for no
 * PIN, so a token whose passcodes need one at the service lets nobody in there.
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
