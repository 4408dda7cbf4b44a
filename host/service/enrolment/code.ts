import { createHash } from 'node:crypto';

/** What is kept of an activation's one-time code: its SHA-256 in hexadecimal. 128 bits of chance need no slow hash. */
export function hashOfCode(code: Uint8Array): string {
  return createHash('sha256').update(code).digest('hex');
}
