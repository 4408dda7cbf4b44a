import { isIPv6 } from 'node:net';
import { sql } from 'kysely';
import type { Db } from '../data/database.ts';
import { limits } from '../limits.ts';
import { unknownSource } from '../validation/source.ts';
import { sourceKey } from '../web/buckets.ts';

/** Where a request comes from, as far as the application knows. */
export interface Whence {
  readonly source: string;
  readonly isSourceKnown?: boolean | undefined;
}

/**
 * What a source is known by where it is familiar: the user was let in from there lately. Undefined elsewhere, and where it is
 * not known where the person is: the application's own address would be everybody's. The same query whatever comes of it.
 */
export async function familiarSource(
  db: Db,
  userId: string,
  { source, isSourceKnown = false, nowMs }: Whence & { readonly nowMs: number },
): Promise<string | undefined> {
  const rows = await familiarSources(db, userId, nowMs).execute();
  const key = keyOf(source);
  const isKnown = isSourceKnown && source !== unknownSource;
  return isKnown && rows.some(row => keyOf(row.source) === key) ? key : undefined;
}

/** From where a user was let in lately. */
export function familiarSources(db: Db, userId: string, nowMs: number) {
  const lately = db
    .selectFrom('events')
    .select('source')
    .where('user_id', '=', userId)
    // Not as a parameter: by that the databases know that the index of accepted log-ins will do.
    .where('outcome', '=', sql.lit('accepted'))
    .where('at_ms', '>', nowMs - limits.pushFamiliarMs)
    .orderBy('at_ms', 'desc')
    .limit(limits.pushFamiliarLogIns);
  return db.selectFrom(lately.as('lately')).select('source').distinct();
}

/** An address whose end changes by itself (RFC 8981) is known by its network. */
function keyOf(source: string): string {
  return isIPv6(source) ? sourceKey(source) : source;
}
