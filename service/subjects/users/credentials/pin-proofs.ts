import { timingSafeEqual } from 'node:crypto';
import { credentialLimits } from '../../../base/limits/credentials.ts';
import { usableStates } from '../../../base/token-states.ts';
import type { Db } from '../../../storage/database/database.ts';
import type { Keys } from '../../../storage/encryption-at-rest/key-file.ts';
import { macOf } from '../../../storage/encryption-at-rest/seal.ts';
import type { Management } from '../../../storage/management.ts';
import { latestEnd } from '../../../storage/queries/latest.ts';
import type { User } from '../users.ts';

/** The subject of a proof: a user in their state at the proof, and the application. */
export interface PinProofSubject {
  readonly user: Pick<User, 'id' | 'pin_hash' | 'pin_change'>;
  readonly applicationId: string;
}

/**
 * Makes a proof that a user has shown a used-up passcode, and the previous PIN if there is one: with the proof a PIN
 * may be chosen. It expires after a while, and becomes invalid as soon as the PIN or the user's usable tokens change:
 * a lost fob that was reported cannot be used to choose a PIN. A secret.
 */
export async function makePinProof(
  { db, keys }: Pick<Management, 'db' | 'keys'>,
  proved: PinProofSubject,
  nowMs: number,
): Promise<string> {
  const expires = (nowMs + credentialLimits.pinProofMs).toString(36);
  return `${expires}.${macOfProof(keys, proved, await idsInUse(db, proved), expires)}`;
}

/** Whether a proof is valid. A proof made by a clock that has since gone back is not. */
export async function isPinProof(
  { db, keys }: Pick<Management, 'db' | 'keys'>,
  proved: PinProofSubject,
  proof: string,
  nowMs: number,
): Promise<boolean> {
  const [expires = ''] = proof.split('.', 1);
  const expected = Buffer.from(`${expires}.${macOfProof(keys, proved, await idsInUse(db, proved), expires)}`);
  const given = Buffer.from(proof);
  const isSame = given.length === expected.length && timingSafeEqual(given, expected);
  const endMs = Number.parseInt(expires, 36);
  return isSame && endMs > nowMs && endMs <= latestEnd(nowMs, credentialLimits.pinProofMs);
}

async function idsInUse(db: Db, { user }: PinProofSubject): Promise<string[]> {
  const tokens = await db
    .selectFrom('tokens')
    .select('id')
    .where('user_id', '=', user.id)
    .where('state', 'in', usableStates)
    .execute();
  return tokens.map(({ id }) => id).sort();
}

function macOfProof(
  keys: Keys,
  { user, applicationId }: PinProofSubject,
  tokens: readonly string[],
  expires: string,
): string {
  const { id, pin_hash, pin_change } = user;
  const pin = [pin_hash ?? '', String(pin_change)];
  return macOf(keys, 'pin-proof', [id, ...pin, applicationId, expires, ...tokens]);
}
