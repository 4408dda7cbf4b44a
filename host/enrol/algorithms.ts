import { type Algorithm, SHA1, SHA256, SHA512 } from '@passfob/protocol/primitives';

/** Names in key URIs and files. */
export const NAMES_OF_ALGORITHMS: Record<Algorithm, 'SHA1' | 'SHA256' | 'SHA512'> = {
  [SHA1]: 'SHA1',
  [SHA256]: 'SHA256',
  [SHA512]: 'SHA512',
};

/** Finds the algorithm by its name: `SHA1`, `sha-256`, `HmacSHA512`, `HMAC_SHA_1` are accepted spellings. */
export function algorithmNamed(text: string): Algorithm | undefined {
  const name = text.toUpperCase().replace(/[^A-Z0-9]/g, '');
  const plain = name.replace(/^HMAC/, '').replace(/^SHA2(?=256|512)/, 'SHA');
  return ([SHA1, SHA256, SHA512] as const).find(one => NAMES_OF_ALGORITHMS[one] === plain);
}

/** The boards for tokens whose fobs lack it; a test compares them with the images. */
export const BOARDS_WITHOUT: Record<Algorithm, readonly string[]> = {
  [SHA1]: [],
  [SHA256]: [],
  [SHA512]: ['pico', 'pico-hid'],
};

/** Returns a sentence about the boards that can use it, where not all can; empty otherwise. */
export function boardsText(algorithm: Algorithm): string {
  if (BOARDS_WITHOUT[algorithm].length === 0) return '';
  return 'A fob on an Espruino Pico (pico, pico-hid) has no SHA-512 and refuses this account; every other fob takes it.';
}
