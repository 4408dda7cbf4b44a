import type { Db } from '../../storage/database/database.ts';
import type { GivenBy } from '../../storage/schema/schema.ts';

export interface Membership {
  readonly groupId: string;
  readonly userId: string;
}

/** Returns the groups of a user, by name. */
export function groupsOf(db: Db, userId: string): Promise<{ readonly id: string; readonly name: string }[]> {
  return db
    .selectFrom('group_members')
    .innerJoin('user_groups', 'user_groups.id', 'group_members.group_id')
    .select(['user_groups.id', 'user_groups.name'])
    .where('user_id', '=', userId)
    .orderBy('user_groups.name')
    .execute();
}

/** What a hand gave stays given by hand. @returns whether the user was not in the group */
export async function addMember(
  db: Db,
  { groupId, userId, by }: Membership & { readonly by: GivenBy },
): Promise<boolean> {
  const added = await db
    .insertInto('group_members')
    .values({ group_id: groupId, user_id: userId, given_by: by })
    .onConflict(conflict => conflict.doNothing())
    .executeTakeFirst();
  if (added.numInsertedOrUpdatedRows === 1n) return true;
  if (by === 'hand')
    await db
      .updateTable('group_members')
      .set({ given_by: by })
      .where('group_id', '=', groupId)
      .where('user_id', '=', userId)
      .execute();
  return false;
}

/** @returns whether the user was in the group */
export async function removeMember(db: Db, { groupId, userId }: Membership): Promise<boolean> {
  const removed = await db
    .deleteFrom('group_members')
    .where('group_id', '=', groupId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return removed.numDeletedRows === 1n;
}
