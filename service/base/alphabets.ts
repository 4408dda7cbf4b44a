import { createHmac } from 'node:crypto';
import type { AlgorithmName, Alphabet } from './kinds.ts';

const characters: Readonly<Record<Alphabet, string>> = {
  decimal: '0123456789',
  hex: '0123456789ABCDEF',
  base32: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
  base64: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
};

/** The characters of an alphabet in the order of their values. */
export function charactersOf(alphabet: Alphabet): string {
  return characters[alphabet];
}

/** A passcode in the case the fob shows it in; Base64 has two cases, so there it is compared exactly. */
export function foldCase(alphabet: Alphabet, passcode: string): string {
  return alphabet === 'base64' ? passcode : passcode.toUpperCase();
}

/** One passcode in an alphabet other than decimal. */
export interface AlphabetCode {
  readonly algorithm: AlgorithmName;
  readonly alphabet: Alphabet;
  /** Characters, 5 to 8. */
  readonly digits: number;
  readonly secret: Uint8Array;
  readonly step: number;
}

/**
 * Passfob's own alphabets (`docs/protocol.md`, Alphabets): character i is the one whose value is byte i of the HMAC of
 * the step (8 bytes, big endian) modulo the size of the alphabet, which divides 256, so none is likelier than another.
 */
export function codeInAlphabet({ algorithm, alphabet, digits, secret, step }: AlphabetCode): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac(algorithm, secret).update(counter).digest();
  const letters = characters[alphabet];
  return Array.from(hash.subarray(0, digits), byte => letters.charAt(byte % letters.length)).join('');
}
