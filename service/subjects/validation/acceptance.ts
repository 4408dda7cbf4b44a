import { sql } from 'kysely';
import { validationLimits } from '../../base/limits/validation.ts';
import type { Db } from '../../storage/database/database.ts';

/** What an accepted log-in was decided by. */
export interface LoggedAcceptance {
  /** Null for a temporary code. fob: the serial number of the fob that holds the token, if the service knows it. */
  readonly token: { readonly serial: string; readonly fob: string | null } | null;
}

/**
 * Returns what let a user in by a request with a passcode; undefined if the request did not: then it repeated an
 * earlier one, or was refused.
 */
export async function acceptanceOf(
  db: Db,
  { userId, requestId }: { readonly userId: string; readonly requestId: string },
): Promise<LoggedAcceptance | undefined> {
  const row = await db
    .selectFrom('events')
    .leftJoin('tokens', 'tokens.id', 'events.token_id')
    .leftJoin('fobs', 'fobs.id', 'tokens.fob_id')
    .select(['events.token_id', 'tokens.serial', 'fobs.serial as fob'])
    .where('events.user_id', '=', userId)
    .where('events.request_id', '=', requestId)
    .where('events.outcome', '=', 'accepted')
    .where('events.by', 'is', null)
    // A request that has just been decided is among the latest.
    .where('events.id', '>', ({ selectFrom }) =>
      selectFrom('events as latest').select(({ fn }) =>
        sql<number>`${fn.max('latest.id')} - ${sql.lit(validationLimits.acceptanceEvents)}`.as('from'),
      ),
    )
    .executeTakeFirst();
  if (row === undefined) return undefined;
  if (row.token_id === null) return { token: null };
  // A token that was removed meanwhile proves nothing any more.
  return row.serial === null ? undefined : { token: { serial: row.serial, fob: row.fob } };
}
