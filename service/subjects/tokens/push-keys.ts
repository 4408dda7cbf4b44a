import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import { ACCOUNT_ID_BYTES } from '@passfob/protocol/limits';
import type { Selectable } from 'kysely';
import { serviceActor } from '../../base/actor.ts';
import { pushLimits } from '../../base/limits/push.ts';
import { counterOfAnswer } from '../../base/ocra.ts';
import { tokenStates } from '../../base/token-states.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { seal, unseal } from '../../storage/encryption-at-rest/seal.ts';
import type { Management } from '../../storage/management.ts';
import type { PushSchema } from '../../storage/schema/schema.ts';
import { recordAudit } from '../audit/record.ts';
import { pushSuite, readPushSuite } from './push-question.ts';

export type PushKeyRow = Selectable<PushSchema['push_keys']>;

/**
 * Returns the account on a fob that holds its push key: derived from the fob's id, so that it can be found there when
 * the service has no key for it any more.
 */
export function pushAccountOf(fobId: string): Uint8Array {
  const made = createHash('sha256').update(`push ${fobId}`).digest().subarray(0, ACCOUNT_ID_BYTES);
  const bytes = Uint8Array.from(made);
  // Ids whose first byte is 0 are reserved for the fob.
  bytes[0] = (bytes[0] ?? 0) | 1;
  return bytes;
}

/**
 * Returns a new secret that combines randomness of this computer and of the fob, which came through the session.
 * @param fobRandomness 32 bytes
 */
export function freshPushSecret(fobRandomness: Uint8Array): Uint8Array {
  const own = randomBytes(pushLimits.pushSecretBytes);
  try {
    return new Uint8Array(hkdfSync('sha512', own, fobRandomness, 'passfob push', pushLimits.pushSecretBytes));
  } finally {
    own.fill(0);
  }
}

/** Returns the push key of a fob, or undefined if it has none. */
export function readPushKey(db: Db, fobId: string): Promise<PushKeyRow | undefined> {
  return db.selectFrom('push_keys').selectAll().where('fob_id', '=', fobId).executeTakeFirst();
}

/** Returns the key's secret, or undefined if it cannot be decrypted. The caller clears it after use. */
export function pushSecretOf(keys: Keys, row: PushKeyRow): Uint8Array | undefined {
  const place = { table: 'push_keys', id: row.fob_id };
  return unseal(keys, place, { box: row.sealed_secret, keyId: row.key_id });
}

/**
 * Stores a new, unproved push key of a fob before it is sent to the fob: an interrupted run finds it again.
 *
 * @param secret the caller keeps and clears it
 * @returns the fob's key, which is an existing one if it had one already; undefined if none of the fob's tokens has a
 * user, so that it is to have no key
 * @throws ServiceError `busy`
 */
export function storePushKey(
  { db, keys, clock }: Management,
  fobId: string,
  secret: Uint8Array,
): Promise<PushKeyRow | undefined> {
  return writing(db, async transaction => {
    if (!(await isSomebodys(transaction, fobId))) return undefined;
    const present = await readPushKey(transaction, fobId);
    if (present !== undefined) return present;
    const sealed = seal(keys, { table: 'push_keys', id: fobId }, secret);
    const row: PushKeyRow = {
      fob_id: fobId,
      account: Buffer.from(pushAccountOf(fobId)).toString('hex'),
      suite: pushSuite,
      sealed_secret: sealed.box,
      key_id: sealed.keyId,
      proved_ms: null,
      created_ms: clock(),
    };
    await transaction.insertInto('push_keys').values(row).execute();
    return row;
  });
}

/**
 * Stores that the fob has proved the key: from now on it may be asked. Writes an audit row the first time.
 *
 * @param key as it was when the fob proved it
 * @returns false if the fob now has another key, or none
 * @throws ServiceError `busy`
 */
export function provePushKey({ db, keys, clock }: Management, key: PushKeyRow): Promise<boolean> {
  return writing(db, async transaction => {
    const atMs = clock();
    const present = await readPushKey(transaction, key.fob_id);
    if (present?.created_ms !== key.created_ms || present.account !== key.account) return false;
    if (present.proved_ms !== null) return true;
    await transaction
      .updateTable('push_keys')
      .set({ proved_ms: atMs })
      .where('fob_id', '=', key.fob_id)
      .execute();
    const fob = await transaction
      .selectFrom('fobs')
      .select('serial')
      .where('id', '=', key.fob_id)
      .executeTakeFirst();
    await recordAudit(transaction, keys, {
      atMs,
      actor: serviceActor,
      action: 'fob.push-key',
      subjectKind: 'fob',
      subjectId: key.fob_id,
      subject: fob?.serial ?? '',
    });
    return true;
  });
}

/**
 * Deletes the key of a fob that no longer holds it, or holds another owner's: the fob is not asked until it has
 * proved a key again.
 */
export async function dropPushKey(db: Db, fobId: string): Promise<void> {
  await db.deleteFrom('push_keys').where('fob_id', '=', fobId).execute();
}

/**
 * Destroys the push key of a fob none of whose tokens has a user any more, in the transaction that took the last one
 * away.
 */
export async function dropUnusedPushKey(db: Db, fobId: string): Promise<void> {
  if (!(await isSomebodys(db, fobId))) await dropPushKey(db, fobId);
}

/** Whether any user has a token on the fob, including suspended ones. */
async function isSomebodys(db: Db, fobId: string): Promise<boolean> {
  const held = Object.entries(tokenStates).flatMap(([state, { user }]) => (user === 'one' ? [state] : []));
  const token = await db
    .selectFrom('tokens')
    .select('id')
    .where('fob_id', '=', fobId)
    .where('state', 'in', held as (keyof typeof tokenStates)[])
    .limit(1)
    .executeTakeFirst();
  return token !== undefined;
}

/**
 * Whether a fob's response is right, compared in constant time.
 *
 * @param code the fob's response, 8 decimal digits
 */
export function isRightAnswer(keys: Keys, row: PushKeyRow, question: string, code: string): boolean {
  const secret = pushSecretOf(keys, row);
  if (secret === undefined) return false;
  const suite = readPushSuite();
  try {
    const given = { question, passcode: code, lastCounter: -1, nowMs: 0 };
    return counterOfAnswer(suite, secret, given) !== undefined;
  } finally {
    secret.fill(0);
  }
}
