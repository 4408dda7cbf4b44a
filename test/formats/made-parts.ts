import { createCipheriv } from 'node:crypto';

/** Parts of the files of the corpus, the same each time. */

/** Of RFC 4226. */
export const SECRET = new TextEncoder().encode('12345678901234567890');
export const BASE32 = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
export const HEX = '3132333435363738393031323334353637383930';

/** Returns deterministic bytes in place of randomness. */
export function fixedBytes(length: number, from: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 7 + from) & 255);
}

export function seal256(
  key: Uint8Array,
  nonce: Uint8Array,
  plain: string,
  context = '',
): { sealed: Buffer; tag: Buffer } {
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(context));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return { sealed, tag: cipher.getAuthTag() };
}

export const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
export const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

/** Text as one line of a file. */
export const lines = (...texts: readonly string[]) => `${texts.join('\n')}\n`;
export const json = (value: unknown) => `${JSON.stringify(value, null, 1)}\n`;
