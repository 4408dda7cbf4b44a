import { createHash, randomBytes } from 'node:crypto';
import { CODE_BYTES } from 'passfob/activation/limits';

/** A one-time code: 128 bits of chance. A secret until it was used. */
export function makeCode(): Uint8Array {
  return new Uint8Array(randomBytes(CODE_BYTES));
}

/** The hash under which a code is stored and looked up; so much chance needs no slow hash. Hexadecimal. */
export function hashOfCode(code: Uint8Array): string {
  return createHash('sha256').update(code).digest('hex');
}
