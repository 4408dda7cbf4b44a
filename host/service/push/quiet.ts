import type { Db } from '../data/database.ts';
import type { PushKind } from '../data/schema-push.ts';
import { limits } from '../limits.ts';
import { openStates } from './rows.ts';

/** A request that is not written down yet. */
export interface Coming {
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
export async function isQuietFor(
  db: Db,
  userId: string,
  { kind, familiar, nowMs }: Coming,
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
    .where('created_ms', '>', nowMs - limits.pushesUnapprovedMs)
    .where('fob_id', 'is not', null)
    .where('kind', '=', kind)
    .where('familiar_source', familiar === undefined ? 'is' : '=', familiar ?? null)
    .where('state', 'not in', ['approved', 'used'])
    .executeTakeFirstOrThrow();
  return quiet !== undefined || Number(count) >= limits.pushesUnapproved;
}

/**
 * Whether a request comes from elsewhere while one from a familiar source is open: that one keeps its place, and the fob its
 * number. Else whoever asks right after the user would have their own number on the fob.
 */
export async function mustGiveWay(
  db: Db,
  userId: string,
  { familiar, nowMs }: Omit<Coming, 'kind'>,
): Promise<boolean> {
  const open = await db
    .selectFrom('pushes')
    .select('id')
    .where('user_id', '=', userId)
    .where('state', 'in', openStates)
    .where('familiar_source', 'is not', null)
    .where('fob_id', 'is not', null)
    .where('expires_ms', '>', nowMs)
    .limit(1)
    .executeTakeFirst();
  return open !== undefined && familiar === undefined;
}
