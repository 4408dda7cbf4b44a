import { pushLimits } from '../../base/limits/push.ts';
import type { Db } from '../../storage/database/database.ts';
import { latestMade } from '../../storage/queries/latest.ts';
import type { PushKind } from '../../storage/schema/schema.ts';
import { openStates } from './rows.ts';

/** A request that is not stored yet. */
export interface NewRequest {
  readonly kind: PushKind;
  /** The key of its source, if that is trusted. */
  readonly trustedSource: string | undefined;
  readonly nowMs: number;
}

/**
 * Whether a user is in a cool-down: they refused a request a short while ago, or left too many unanswered. Requests
 * from each trusted source are counted separately from all others, so that strangers do not keep the user from
 * logging in at home. Log-in attempts by others do not keep the help desk from asking.
 */
export async function isCoolingDown(
  db: Db,
  userId: string,
  { kind, trustedSource, nowMs }: NewRequest,
): Promise<boolean> {
  const coolDown = await db
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
    .where('familiar_source', trustedSource === undefined ? 'is' : '=', trustedSource ?? null)
    .where('state', 'not in', ['approved', 'used'])
    .executeTakeFirstOrThrow();
  return coolDown !== undefined || Number(count) >= pushLimits.pushesUnapproved;
}

/**
 * Whether a log-in must leave an open request, and its number on the fob, in place: a caller check, whose number the
 * help desk has read out; or a request from a trusted source, if this log-in comes from elsewhere. Otherwise an
 * attacker who asks right afterwards would have their own number on the fob.
 */
export async function mustGiveWay(
  db: Db,
  userId: string,
  { trustedSource, nowMs }: Omit<NewRequest, 'kind'>,
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
  return open.some(({ kind }) => kind === 'caller' || trustedSource === undefined);
}
