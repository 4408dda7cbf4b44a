import { hkdf } from '@noble/hashes/hkdf.js';
import { sha512 } from '@noble/hashes/sha2.js';
import type { Enrolment } from './enrolment.ts';

const TEXT = new TextEncoder();

/**
 * Returns the account with a secret mixed from two sources: this computer's random secret, and the randomness that
 * the fob contributed to the session. HKDF-SHA-512 (RFC 5869) is as good as the better of the two, so an owner's
 * computer with broken randomness does not give two fobs, or two accounts, the same secret.
 * @param fobRandomness 32 bytes, as `Client.sessionChance` gives them
 */
export function withFobRandomness(enrolment: Enrolment, fobRandomness: Uint8Array): Enrolment {
  const { secret, issuer, label } = enrolment;
  const use = TEXT.encode(JSON.stringify(['passfob seed', issuer, label]));
  return { ...enrolment, secret: hkdf(sha512, secret, fobRandomness, use, secret.length) };
}
