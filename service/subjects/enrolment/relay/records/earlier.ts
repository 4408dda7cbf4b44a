import type { Acting } from '../../../../storage/acting.ts';
import { accountIdOf } from '../../../tokens/account-id.ts';
import type { FobRow } from '../../../tokens/fobs.ts';
import { pushAccountOf } from '../../../tokens/push-keys.ts';

/** The relation between a fob and the user of an activation. */
export interface EarlierUse {
  /** Whether another user had the fob last: the PIN that locks it is theirs. */
  readonly isAnothers: boolean;
  /**
   * Whether every account on it is known to the service. An account from before the service owned the fob may be
   * private: with the PIN reset, the new user could use it.
   */
  readonly isAllKnown: boolean;
}

/** Reads it inside the caller's transaction. */
export async function earlierUse({ db }: Acting, userId: string, fob: FobRow): Promise<EarlierUse> {
  const last = await db
    .selectFrom('assignments')
    .innerJoin('tokens', 'tokens.id', 'assignments.token_id')
    .select('assignments.user_id')
    .where('tokens.fob_id', '=', fob.id)
    .orderBy('assignments.from_ms', 'desc')
    .limit(1)
    .executeTakeFirst();
  const tokens = await db
    .selectFrom('tokens')
    .select(['id', 'serial'])
    .where('fob_id', '=', fob.id)
    .execute();
  const known = [pushAccountOf(fob.id), ...tokens.map(token => accountIdOf(token, fob.serial))];
  const ids = new Set(known.map(id => Buffer.from(id).toString('hex')));
  const listed = await db.selectFrom('fob_accounts').select('account').where('fob_id', '=', fob.id).execute();
  // The row of the caller is from before this session.
  const { listed_ms } = await db
    .selectFrom('fobs')
    .select('listed_ms')
    .where('id', '=', fob.id)
    .executeTakeFirstOrThrow();
  return {
    isAnothers: last !== undefined && last.user_id !== userId,
    isAllKnown: listed_ms !== null && listed.every(({ account }) => ids.has(account)),
  };
}
