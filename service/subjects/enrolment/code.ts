import { createHash, randomBytes } from 'node:crypto';
import { CODE_BYTES } from 'passfob/activation/limits';

/** Returns a one-time code: 128 random bits. A secret until it is used. */
export function makeCode(): Uint8Array {
  return new Uint8Array(randomBytes(CODE_BYTES));
}

/** Returns the hash under which a code is stored and looked up, in hexadecimal; 128 random bits need no slow hash. */
export function hashOfCode(code: Uint8Array): string {
  return createHash('sha256').update(code).digest('hex');
}
