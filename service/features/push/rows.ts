import type { Selectable } from 'kysely';
import type { Outcome } from '../../base/outcomes.ts';
import type { Db } from '../../storage/database/database.ts';
import type { PushSchema, PushState } from '../../storage/schema/schema.ts';

/** A request as it is stored. */
export type PushRow = Selectable<PushSchema['pushes']>;

/** States in which a connection has it. */
export const sentStates: readonly PushState[] = ['sent', 'shown'];

/** States in which the fob may still answer. */
export const openStates: readonly PushState[] = ['waiting', ...sentStates];

/**
 * What the session that asked is told in each state before the time is over: undefined where it goes on waiting. Where the fob failed
 * or a newer request took its place it is told nothing, as where nobody was asked: else it could tell those apart.
 */
export const toldAs: Readonly<Record<PushState, Outcome | 'approved' | undefined>> = {
  waiting: undefined,
  sent: undefined,
  shown: undefined,
  failed: undefined,
  superseded: undefined,
  approved: 'approved',
  used: 'no_push',
  refused: 'no_push',
  withdrawn: 'no_push',
  denied: 'push_denied',
  reported: 'push_reported',
};

/** How many requests may still be answered, those for nobody among them. */
export async function countOpenPushes(db: Db, nowMs: number): Promise<number> {
  const { count } = await db
    .selectFrom('pushes')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('state', 'in', openStates)
    .where('expires_ms', '>', nowMs)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** A request by its id. */
export function readPush(db: Db, id: string): Promise<PushRow | undefined> {
  return db.selectFrom('pushes').selectAll().where('id', '=', id).executeTakeFirst();
}
