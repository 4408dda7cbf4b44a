import { timingSafeEqual } from 'node:crypto';
import { latestEnd } from '../../data/latest.ts';
import { limits } from '../../limits.ts';
import type { Keys } from '../../sealing/key-file.ts';
import { macOf } from '../../sealing/seal.ts';
import type { User } from '../users.ts';

/** What a proof is for: a user as they were when they proved to be there, and through which application. */
export interface Proved {
  readonly user: Pick<User, 'id' | 'pin_hash' | 'pin_change'>;
  readonly applicationId: string;
}

/**
 * What shows that a user has proved to be there, by a passcode that was used up and by the PIN of before where there is one:
 * with it the PIN may be chosen. It is over after a while, and as soon as the PIN is another. A secret.
 */
export function makePinProof(keys: Keys, proved: Proved, nowMs: number): string {
  const expires = (nowMs + limits.pinProofMs).toString(36);
  return `${expires}.${macOfProof(keys, proved, expires)}`;
}

/** Whether a proof stands. One that was made by a clock which has gone back does not. */
export function isPinProof(keys: Keys, proved: Proved, proof: string, nowMs: number): boolean {
  const [expires = ''] = proof.split('.', 1);
  const expected = Buffer.from(`${expires}.${macOfProof(keys, proved, expires)}`);
  const given = Buffer.from(proof);
  const isSame = given.length === expected.length && timingSafeEqual(given, expected);
  const endMs = Number.parseInt(expires, 36);
  return isSame && endMs > nowMs && endMs <= latestEnd(nowMs, limits.pinProofMs);
}

function macOfProof(keys: Keys, { user, applicationId }: Proved, expires: string): string {
  const { id, pin_hash, pin_change } = user;
  return macOf(keys, 'pin-proof', [id, pin_hash ?? '', String(pin_change), applicationId, expires]);
}
