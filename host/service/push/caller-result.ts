import type { Db } from '../data/database.ts';
import type { PushState } from '../data/schema-push.ts';
import { serviceActor } from '../people/actor.ts';
import { recordUserAct } from '../people/user-audit.ts';
import type { Keys } from '../sealing/key-file.ts';
import type { PushRow } from './rows.ts';

/** What became of a check of a caller. */
export type CallerResult = PushState | 'expired';

/** Leaves the audit row of what became of a check of a caller: the one of who asked stands before it. */
export async function recordCallerResult(
  db: Db,
  keys: Keys,
  push: PushRow,
  { result, atMs }: { readonly result: CallerResult; readonly atMs: number },
): Promise<void> {
  const user = await db
    .selectFrom('users')
    .select(['id', 'name'])
    .where('id', '=', push.user_id)
    .executeTakeFirst();
  if (user === undefined) return;
  const actor = { ...serviceActor, requestId: push.request_id };
  await recordUserAct({ db, keys, actor, atMs }, 'user.check-caller', user, { result, number: push.number });
}
