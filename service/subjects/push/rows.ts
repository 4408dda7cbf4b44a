import type { Selectable } from 'kysely';
import type { Outcome } from '../../base/outcomes.ts';
import type { Db } from '../../storage/database/database.ts';
import type { PushSchema, PushState } from '../../storage/schema/schema.ts';

/** A request as it is stored. */
export type PushRow = Selectable<PushSchema['pushes']>;

/** States in which a connection has claimed the request. */
export const sentStates: readonly PushState[] = ['sent', 'shown'];

/** States in which the fob may still answer. */
export const openStates: readonly PushState[] = ['waiting', ...sentStates];

/**
 * The response to the session in each state before expiry: undefined means that it keeps waiting. If the fob failed
 * or a newer request superseded it, the session keeps waiting, as when no fob was asked: otherwise it could
 * distinguish these cases.
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

/** Returns how many requests are open, including those for nobody. */
export async function countOpenPushes(db: Db, nowMs: number): Promise<number> {
  const { count } = await db
    .selectFrom('pushes')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('state', 'in', openStates)
    .where('expires_ms', '>', nowMs)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Whether a request for this fob is open. */
export async function hasOpenPush(db: Db, fobId: string, nowMs: number): Promise<boolean> {
  const open = await db
    .selectFrom('pushes')
    .select('id')
    .where('fob_id', '=', fobId)
    .where('state', 'in', openStates)
    .where('expires_ms', '>', nowMs)
    .limit(1)
    .executeTakeFirst();
  return open !== undefined;
}

/** Returns a request by its id. */
export function readPush(db: Db, id: string): Promise<PushRow | undefined> {
  return db.selectFrom('pushes').selectAll().where('id', '=', id).executeTakeFirst();
}
