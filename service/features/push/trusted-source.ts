import { isIPv6 } from 'node:net';
import { pushLimits } from '../../base/limits/push.ts';
import { sourceKey } from '../../base/rate-limit.ts';
import { unknownSource } from '../../base/source.ts';
import type { Db } from '../../storage/database/database.ts';
import type { PushRow } from './rows.ts';

/** Where a request comes from, as far as the application knows. */
export interface RequestOrigin {
  readonly source: string;
  readonly isSourceKnown?: boolean | undefined;
}

/** Of whom, and when. */
interface Whose {
  readonly userId: string;
  readonly nowMs: number;
}

/**
 * What a source is known by: an address whose end changes by itself (RFC 8981) by its network. Undefined where it is not
 * known where the person is: the application's own address would be everybody's.
 */
export function keyOfSource({ source, isSourceKnown = false }: RequestOrigin): string | undefined {
  if (!isSourceKnown || source === unknownSource) return undefined;
  return isIPv6(source) ? sourceKey(source) : source;
}

/**
 * The key of a source, where it is familiar: the user approved a log-in from there lately. Undefined elsewhere. The same query
 * whatever comes of it.
 */
export async function trustedSourceKey(
  db: Db,
  key: string | undefined,
  { userId, nowMs }: Whose,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('push_sources')
    .select('source')
    .where('user_id', '=', userId)
    .where('source', '=', key ?? '')
    .where('last_ms', '>', nowMs - pushLimits.pushFamiliarMs)
    .executeTakeFirst();
  return row?.source;
}

/** Whether the user of a name, as it is prepared, approved a log-in from there lately. The same query whatever comes of it. */
export async function isTrustedSource(
  db: Db,
  { name, key, nowMs }: { readonly name: string; readonly key: string | undefined; readonly nowMs: number },
): Promise<boolean> {
  const row = await db
    .selectFrom('push_sources')
    .innerJoin('users', 'users.id', 'push_sources.user_id')
    .select('push_sources.source')
    .where('users.name', '=', name)
    .where('push_sources.source', '=', key ?? '')
    .where('push_sources.last_ms', '>', nowMs - pushLimits.pushFamiliarMs)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * The user was let in by a request from there. A log-in by passcode is not written down here. Nor is a request that was
 * approved before the user refused another one from there, and is taken after that.
 */
export async function rememberSource(db: Db, key: string | null, { userId, nowMs }: Whose): Promise<void> {
  if (key === null) return;
  const refused = await db
    .selectFrom('pushes')
    .select('id')
    .where('user_id', '=', userId)
    .where('source_key', '=', key)
    .where('quiet_until_ms', '>', nowMs)
    .limit(1)
    .executeTakeFirst();
  if (refused !== undefined) return;
  await db
    .insertInto('push_sources')
    .values({ user_id: userId, source: key, last_ms: nowMs })
    .onConflict(conflict => conflict.columns(['user_id', 'source']).doUpdateSet({ last_ms: nowMs }))
    .execute();
}

/** The user reported a request from there: whoever sits there is not, or not only, the user. */
export async function forgetSource(
  db: Db,
  { user_id, source_key }: Pick<PushRow, 'user_id' | 'source_key'>,
): Promise<void> {
  await db
    .deleteFrom('push_sources')
    .where('user_id', '=', user_id)
    .where('source', '=', source_key)
    .execute();
}

/** Forgets what is not familiar any more. */
export async function forgetSources(db: Db, nowMs: number): Promise<void> {
  await db
    .deleteFrom('push_sources')
    .where('last_ms', '<=', nowMs - pushLimits.pushFamiliarMs)
    .execute();
}
