import { createHmac } from 'node:crypto';
import type { AlgorithmName, Alphabet } from './kinds.ts';

const characters: Readonly<Record<Alphabet, string>> = {
  decimal: '0123456789',
  hex: '0123456789ABCDEF',
  base32: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
  base64: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
};

const texts: Readonly<Record<Alphabet, RegExp>> = {
  decimal: /^[0-9]+$/,
  hex: /^[0-9A-F]+$/,
  base32: /^[A-Z2-7]+$/,
  base64: /^[A-Za-z0-9+/]+$/,
};

/** Whether a text that is not empty has only characters of an alphabet. */
export function isIn(alphabet: Alphabet, text: string): boolean {
  return texts[alphabet].test(text);
}

/** Returns a passcode in the case in which the fob shows it. Base64 has two cases, so it is compared exactly. */
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
 * Computes a passcode in one of Passfob's own alphabets (`docs/protocol.md`, Alphabets): character i has the value
 * byte i of the HMAC of the step (8 bytes, big endian) modulo the size of the alphabet. The size divides 256, so all
 * characters are equally likely.
 */
export function codeInAlphabet({ algorithm, alphabet, digits, secret, step }: AlphabetCode): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac(algorithm, secret).update(counter).digest();
  const letters = characters[alphabet];
  return Array.from(hash.subarray(0, digits), byte => letters.charAt(byte % letters.length)).join('');
}
