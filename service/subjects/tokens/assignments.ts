import { randomUUID } from 'node:crypto';
import type { Acting } from '../../storage/acting.ts';

/** Opens an assignment: a user has a token from now on. */
export async function openAssignment(acting: Acting, tokenId: string, userId: string): Promise<void> {
  await acting.db
    .insertInto('assignments')
    .values({
      id: randomUUID(),
      token_id: tokenId,
      user_id: userId,
      from_ms: acting.atMs,
      to_ms: null,
      actor: acting.actor.name,
    })
    .execute();
}

/** Closes the assignment: nobody has the token any more. */
export async function closeAssignment(acting: Acting, tokenId: string): Promise<void> {
  await acting.db
    .updateTable('assignments')
    .set({ to_ms: acting.atMs })
    .where('token_id', '=', tokenId)
    .where('to_ms', 'is', null)
    .execute();
}
