import { serviceActor } from '../../../base/actor.ts';
import type { Role } from '../../../base/kinds.ts';
import type { Db } from '../../../storage/database/database.ts';

const API_KEY = 'api:';

/**
 * The role that whoever the audit names so has now (`actor.ts`); undefined for an operator who is disabled or none any
 * more, and for an API key that was revoked. The service itself and a one-time link are administrators.
 */
export async function roleNow(db: Db, actorName: string): Promise<Role | undefined> {
  if (actorName === serviceActor.name || actorName === 'link') return 'admin';
  if (actorName.startsWith(API_KEY)) {
    const key = await db
      .selectFrom('api_keys')
      .select('role')
      .where('name', '=', actorName.slice(API_KEY.length))
      .where('revoked_ms', 'is', null)
      .executeTakeFirst();
    return key?.role;
  }
  const operator = await db
    .selectFrom('operators')
    .innerJoin('users', 'users.id', 'operators.user_id')
    .select('operators.role')
    .where('users.name', '=', actorName)
    .where('users.disabled_ms', 'is', null)
    .where('operators.disabled_ms', 'is', null)
    .executeTakeFirst();
  return operator?.role;
}
