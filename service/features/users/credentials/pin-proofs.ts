import { timingSafeEqual } from 'node:crypto';
import { credentialLimits } from '../../../base/limits/credentials.ts';
import { usableStates } from '../../../base/token-states.ts';
import type { Db } from '../../../storage/database/database.ts';
import type { Keys } from '../../../storage/encryption-at-rest/key-file.ts';
import { macOf } from '../../../storage/encryption-at-rest/seal.ts';
import type { Management } from '../../../storage/management.ts';
import { latestEnd } from '../../../storage/queries/latest.ts';
import type { User } from '../users.ts';

/** What a proof is for: a user as they were when they proved to be there, and through which application. */
export interface PinProofSubject {
  readonly user: Pick<User, 'id' | 'pin_hash' | 'pin_change'>;
  readonly applicationId: string;
}

/**
 * What shows that a user has proved to be there, by a passcode that was used up and by the PIN of before where there is one:
 * with it the PIN may be chosen. It is over after a while, and as soon as the PIN is another or other tokens of the user are in
 * use: whoever has a fob that is reported lost chooses no PIN with it. A secret.
 */
export async function makePinProof(
  { db, keys }: Pick<Management, 'db' | 'keys'>,
  proved: PinProofSubject,
  nowMs: number,
): Promise<string> {
  const expires = (nowMs + credentialLimits.pinProofMs).toString(36);
  return `${expires}.${macOfProof(keys, proved, await idsInUse(db, proved), expires)}`;
}

/** Whether a proof stands. One that was made by a clock which has gone back does not. */
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
