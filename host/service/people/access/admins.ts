import type { Db } from '../../data/database.ts';
import { usableStates } from '../../tokens/states.ts';

/**
 * Whether a user is the only administrator who can sign in: enabled as operator and as user, with a password and a token
 * in use. Before there is one the service is administered by one-time links, and nothing has to be kept.
 */
export async function isLastAdmin(db: Db, userId: string): Promise<boolean> {
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
          .where('tokens.state', 'in', usableStates),
      ),
    )
    .limit(2)
    .execute();
  return able.length === 1 && able[0]?.id === userId;
}
