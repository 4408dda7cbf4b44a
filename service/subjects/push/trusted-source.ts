import { isIPv6 } from 'node:net';
import { pushLimits } from '../../base/limits/push.ts';
import { sourceKey } from '../../base/rate-limit.ts';
import { unknownSource } from '../../base/source.ts';
import type { Db } from '../../storage/database/database.ts';
import type { PushRow } from './rows.ts';

/** The source of a request, as far as the application knows it. */
export interface RequestOrigin {
  readonly source: string;
  readonly isSourceKnown?: boolean | undefined;
}

/** A user and a time. */
interface Whose {
  readonly userId: string;
  readonly nowMs: number;
}

/**
 * Returns the key of a source: an IPv6 address, whose end changes by itself (RFC 8981), is identified by its network.
 * Undefined if the user's address is not known: the application's own address would be the same for all users.
 */
export function keyOfSource({ source, isSourceKnown = false }: RequestOrigin): string | undefined {
  if (!isSourceKnown || source === unknownSource) return undefined;
  return isIPv6(source) ? sourceKey(source) : source;
}

/**
 * Returns the key of a source if it is trusted: the user recently approved a log-in from there. Undefined otherwise.
 * Runs the same query whatever the result.
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

/**
 * Whether the user of a prepared name recently approved a log-in from there. Runs the same query whatever the result.
 */
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
 * Makes a source trusted after a request from there let the user in. A log-in by passcode does not do this. Nor does
 * a request that was approved before the user refused another from there, and redeemed after that.
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

/** Removes the trust after the user reported a request from there: another person uses that source, too. */
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

/** Deletes expired trusted sources. */
export async function forgetSources(db: Db, nowMs: number): Promise<void> {
  await db
    .deleteFrom('push_sources')
    .where('last_ms', '<=', nowMs - pushLimits.pushFamiliarMs)
    .execute();
}
