import { randomInt, randomUUID } from 'node:crypto';
import type { Actor } from '../../../base/actor.ts';
import { tokenLimits } from '../../../base/limits/tokens.ts';
import { done, refused } from '../../../base/results.ts';
import { type Acting, actOf } from '../../../storage/acting.ts';
import type { Db } from '../../../storage/database/database.ts';
import type { Keys } from '../../../storage/encryption-at-rest/key-file.ts';
import { macOf } from '../../../storage/encryption-at-rest/seal.ts';
import type { Management } from '../../../storage/management.ts';
import { latestMade } from '../../../storage/queries/latest.ts';
import { recordUserAct } from '../../users/user-audit.ts';
import { findUser, prepareUserName } from '../../users/users.ts';
import { isWhole } from '../facts.ts';

/** A new temporary passcode: shown once, stored nowhere. */
export interface TemporaryCode {
  /** Ten decimal digits. A secret. */
  readonly code: string;
  readonly expiresMs: number;
}

/** The user, by name, who gets a temporary passcode. */
export interface TemporaryCodeInput {
  readonly user: string;
  /** One minute to 24 hours, default 8 hours. */
  readonly lifetimeMs?: number;
}

/** Makes a one-time passcode for a user without a fob at hand. It replaces an earlier one of the same user. */
export function makeTemporaryCode(management: Management, actor: Actor, input: TemporaryCodeInput) {
  return makeCode(management, actor, { ...input, code: randomCode() });
}

function randomCode(): string {
  const half = tokenLimits.temporaryCodeDigits / 2;
  const digits = () => String(randomInt(10 ** half)).padStart(half, '0');
  return `${digits()}${digits()}`;
}

const makeCode = actOf(async (acting: Acting, input: TemporaryCodeInput & { code: string }) => {
  const { code, lifetimeMs = tokenLimits.temporaryCodeMs } = input;
  if (!isWhole(lifetimeMs, tokenLimits.temporaryCodeMinMs, tokenLimits.temporaryCodeMaxMs))
    return refused('bad_lifetime');
  const user = await findUser(acting.db, prepareUserName(input.user) ?? '');
  if (user === undefined) return refused('unknown_user');
  if (user.disabled_ms !== null) return refused('disabled_user');
  await endTemporaryCodes(acting.db, user.id, acting.atMs);
  const expiresMs = acting.atMs + lifetimeMs;
  await acting.db
    .insertInto('temporary_codes')
    .values({
      id: randomUUID(),
      user_id: user.id,
      code_mac: macOf(acting.keys, 'temporary', [user.id, code]),
      expires_ms: expiresMs,
      used_ms: null,
      actor: acting.actor.name,
      created_ms: acting.atMs,
    })
    .execute();
  await recordUserAct(acting, 'token.temporary-code', user, { what: 'made', expiresMs });
  return done({ code, expiresMs });
});

/** Ends the temporary passcode of a user, if there is one. */
export const withdrawTemporaryCode = actOf(async (acting: Acting, input: { readonly user: string }) => {
  const user = await findUser(acting.db, prepareUserName(input.user) ?? '');
  if (user === undefined) return refused('unknown_user');
  const ended = await endTemporaryCodes(acting.db, user.id, acting.atMs);
  await recordUserAct(acting, 'token.temporary-code', user, { what: 'withdrawn', ended });
  return done({ ended });
});

/**
 * Ends the temporary passcodes of a user, in the caller's transaction; also called when one of the user's tokens was
 * used.
 *
 * @returns whether there was one
 */
export async function endTemporaryCodes(transaction: Db, userId: string, nowMs: number): Promise<boolean> {
  const ended = await transaction
    .updateTable('temporary_codes')
    .set({ expires_ms: nowMs })
    .where('user_id', '=', userId)
    .where('used_ms', 'is', null)
    .where('expires_ms', '>', nowMs)
    .executeTakeFirst();
  return ended.numUpdatedRows > 0n;
}

/**
 * Redeems a temporary passcode, in the caller's transaction: of all requests with it, on all nodes, one succeeds.
 *
 * @param passcode ten decimal digits without separators; anything else is none
 */
export async function redeemTemporaryCode(
  transaction: Db,
  keys: Keys,
  userId: string,
  passcode: string,
  nowMs: number,
): Promise<boolean> {
  const taken = await transaction
    .updateTable('temporary_codes')
    .set({ used_ms: nowMs })
    .where('user_id', '=', userId)
    .where('code_mac', '=', macOf(keys, 'temporary', [userId, passcode]))
    .where('used_ms', 'is', null)
    .where('expires_ms', '>', nowMs)
    .where('created_ms', '<=', latestMade(nowMs))
    .executeTakeFirst();
  return taken.numUpdatedRows === 1n;
}

/** Deletes expired temporary passcodes, used or not: their outcome is in the audit and the log. */
export async function sweepTemporaryCodes(db: Db, nowMs: number): Promise<void> {
  await db.deleteFrom('temporary_codes').where('expires_ms', '<=', nowMs).execute();
}

/** Returns when the temporary passcode of a user expires; undefined if there is none. */
export async function temporaryCodeEnd(db: Db, userId: string, nowMs: number): Promise<number | undefined> {
  const row = await db
    .selectFrom('temporary_codes')
    .select('expires_ms')
    .where('user_id', '=', userId)
    .where('used_ms', 'is', null)
    .where('expires_ms', '>', nowMs)
    .where('created_ms', '<=', latestMade(nowMs))
    .executeTakeFirst();
  return row?.expires_ms;
}
