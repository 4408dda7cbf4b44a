import { pushLimits } from '../../base/limits/push.ts';
import type { Db } from '../../storage/database/database.ts';
import { latestMade } from '../../storage/queries/latest.ts';
import type { PushKind } from '../../storage/schema/schema.ts';
import { openStates } from './rows.ts';

/** A request that is not written down yet. */
export interface NewRequest {
  readonly kind: PushKind;
  /** What its source is known by, where it is a familiar one. */
  readonly familiar: string | undefined;
  readonly nowMs: number;
}

/**
 * Whether a user is left alone for now: they refused a request a short while ago, or let too many go by. Those from
 * each familiar source are counted apart from those from anywhere else, so that strangers keep nobody from logging in at home.
 * What somebody else's log-ins came to does not keep help desk from asking.
 */
export async function isCoolingDown(
  db: Db,
  userId: string,
  { kind, familiar, nowMs }: NewRequest,
): Promise<boolean> {
  const quiet = await db
    .selectFrom('pushes')
    .select('id')
    .where('user_id', '=', userId)
    .where('quiet_until_ms', '>', nowMs)
    .where('kind', 'in', kind === 'login' ? ['login', 'caller'] : ['caller'])
    .limit(1)
    .executeTakeFirst();
  const { count } = await db
    .selectFrom('pushes')
    .select(query => query.fn.countAll<number>().as('count'))
    .where('user_id', '=', userId)
    .where('created_ms', '>', nowMs - pushLimits.pushesUnapprovedMs)
    .where('fob_id', 'is not', null)
    .where('kind', '=', kind)
    .where('familiar_source', familiar === undefined ? 'is' : '=', familiar ?? null)
    .where('state', 'not in', ['approved', 'used'])
    .executeTakeFirstOrThrow();
  return quiet !== undefined || Number(count) >= pushLimits.pushesUnapproved;
}

/**
 * Whether a log-in finds an open request that keeps its place, and the fob its number: a check of a caller, which help desk
 * has read the number of out; or one from a familiar source, where this log-in comes from elsewhere. Else whoever asks right
 * after would have their own number on the fob.
 */
export async function mustGiveWay(
  db: Db,
  userId: string,
  { familiar, nowMs }: Omit<NewRequest, 'kind'>,
): Promise<boolean> {
  const open = await db
    .selectFrom('pushes')
    .select('kind')
    .where('user_id', '=', userId)
    .where('state', 'in', openStates)
    .where(where => where.or([where('kind', '=', 'caller'), where('familiar_source', 'is not', null)]))
    .where('fob_id', 'is not', null)
    .where('expires_ms', '>', nowMs)
    .where('created_ms', '<=', latestMade(nowMs))
    .execute();
  return open.some(({ kind }) => kind === 'caller' || familiar === undefined);
}
