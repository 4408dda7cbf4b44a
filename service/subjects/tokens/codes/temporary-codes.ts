import { randomInt, randomUUID } from 'node:crypto';
import { tokenLimits } from '../../../base/limits/tokens.ts';
import { refused } from '../../../base/results.ts';
import { described, flag, object, serviceText, time, whole } from '../../../base/shapes.ts';
import type { Db } from '../../../storage/database/database.ts';
import type { Keys } from '../../../storage/encryption-at-rest/key-file.ts';
import { macOf } from '../../../storage/encryption-at-rest/seal.ts';
import { latestMade } from '../../../storage/queries/latest.ts';
import { act, did } from '../../kit/act.ts';
import { defaulted, field } from '../../kit/field.ts';
import { aboutUser } from '../../users/subject.ts';
import { isWhole } from '../facts.ts';

const HOUR_MS = 3_600_000;

/** One minute to 24 hours. */
const lifetimeMs = defaulted(
  field(
    whole(tokenLimits.temporaryCodeMinMs, tokenLimits.temporaryCodeMaxMs),
    {
      name: 'hours',
      label: 'Good for',
      options: [
        ['1', '1 hour'],
        ['4', '4 hours'],
        ['8', '8 hours'],
        ['24', '24 hours'],
      ],
      unit: HOUR_MS,
    },
    'bad_lifetime',
    given =>
      isWhole(given, tokenLimits.temporaryCodeMinMs, tokenLimits.temporaryCodeMaxMs) ? given : undefined,
  ),
  tokenLimits.temporaryCodeMs,
);

/** Makes a one-time passcode for a user without a fob at hand. It replaces an earlier one of the same user. */
export const makeTemporaryCode = act({
  permission: 'token.temporary-code',
  subject: aboutUser,
  fields: { lifetimeMs },
  gives: object({ code: described(serviceText, 'Shown once, kept nowhere.'), expiresMs: time }),
  refusals: { disabled_user: 'form' },
  routes: [
    {
      name: 'temporary-codes.make',
      summary: 'Make a one-time passcode for a user without a fob at hand. It is shown once.',
      at: 'POST /v1/users/:user/temporary-code',
      status: 201,
      example: { lifetimeMs: 3_600_000 },
    },
  ],
  form: {
    at: '/user/code',
    title: ({ name }) => `Temporary passcode for ${name}`,
    lead: 'For a user without a fob at hand. First check who is calling. It works once. It ends an earlier temporary passcode, and it ends when the user uses the fob.',
    submit: 'Make a passcode',
    done: 'created',
    once: ({ code, expiresMs }, user) => ({
      title: 'Temporary passcode',
      label: `Temporary passcode for ${user}`,
      value: `${code.slice(0, 5)} ${code.slice(5)}`,
      ends: ['It works once, until', expiresMs],
    }),
  },
  async run({ db, keys, atMs, actor, item }, { lifetimeMs }) {
    if (item.disabled_ms !== null) return refused('disabled_user');
    await endTemporaryCodes(db, item.id, atMs);
    const code = randomCode();
    const expiresMs = atMs + lifetimeMs;
    await db
      .insertInto('temporary_codes')
      .values({
        id: randomUUID(),
        user_id: item.id,
        code_mac: macOf(keys, 'temporary', [item.id, code]),
        expires_ms: expiresMs,
        used_ms: null,
        actor: actor.name,
        created_ms: atMs,
      })
      .execute();
    return did({ code, expiresMs }, item, { what: 'made', expiresMs });
  },
});

/** Ten decimal digits. A secret. */
function randomCode(): string {
  const half = tokenLimits.temporaryCodeDigits / 2;
  const digits = () => String(randomInt(10 ** half)).padStart(half, '0');
  return `${digits()}${digits()}`;
}

export const withdrawTemporaryCode = act({
  permission: 'token.temporary-code',
  subject: aboutUser,
  fields: {},
  gives: object({ ended: flag }),
  refusals: {},
  routes: [
    {
      name: 'temporary-codes.withdraw',
      summary: 'End a user’s temporary passcode.',
      at: 'DELETE /v1/users/:user/temporary-code',
    },
  ],
  form: {
    at: '/user/withdraw-code',
    title: ({ name }) => `End the temporary passcode of ${name}`,
    lead: 'It stops working at once.',
    submit: 'End the temporary passcode',
    done: 'codeWithdrawn',
  },
  async run({ db, item, atMs }) {
    const ended = await endTemporaryCodes(db, item.id, atMs);
    return did({ ended }, item, { what: 'withdrawn', ended });
  },
});

export const temporaryCodeActs = [makeTemporaryCode, withdrawTemporaryCode] as const;

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
