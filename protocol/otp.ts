import type { Hmac } from './hmac.ts';

/**
 * Hexadecimal in upper case, Base32 (RFC 4648 §6) and Base64 (RFC 4648 §4) in a row: 16, 32 and 64 characters, so
 * that alphabet n (1 to 3) has 8 · 2^n characters and starts at its own bit mask less 15.
 */
export const ALPHABETS =
  '0123456789ABCDEFABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

const MESSAGE = new Uint8Array(8);
const WORDS = new DataView(MESSAGE.buffer);

/**
 * Returns the one-time passcode of a counter, with any of the hashes of RFC 6238.
 * @param key HMAC keyed with the shared secret
 * @param counter 0 to 2^53 - 1, hashed as 8 bytes, most significant first
 * @param digits characters of the passcode: 6 to 8 decimal, 5 to 8 of the other alphabets
 * @param alphabet 0 or nothing: decimal (RFC 4226 §5.3). 1 hexadecimal, 2 Base32, 3 Base64: character i is the
 * alphabet's at byte i of the HMAC modulo its size, which divides 256
 * @returns the passcode with its leading zeros
 */
export function hotp(key: Hmac, counter: number, digits: number, alphabet?: number): string {
  // DataView is big-endian and cuts values to 32 bits by itself.
  WORDS.setUint32(0, counter / 4294967296);
  WORDS.setUint32(4, counter);
  const mac = key.mac([MESSAGE]);
  // The interpreter also reads code that it skips, up to the end of the function. So `lettered` is a function of its
  // own.
  return alphabet ? lettered(mac, digits, alphabet) : decimal(mac, digits);
}

function lettered(mac: Uint8Array, digits: number, alphabet: number): string {
  const mask = (8 << alphabet) - 1;
  const chars = ALPHABETS.slice(mask - 15);
  let code = '';
  for (let i = 0; i < digits; i++) code += chars[(mac[i] as number) & mask] as string;
  return code;
}

/** Truncates a MAC dynamically to 4 to 10 decimal digits (RFC 4226 §5.3). */
export function decimal(mac: Uint8Array, digits: number): string {
  // The low four bits of the last byte say where to read 31 bits.
  const at = (mac[mac.length - 1] as number) & 15;
  const value =
    (((mac[at] as number) & 127) << 24) |
    ((mac[at + 1] as number) << 16) |
    ((mac[at + 2] as number) << 8) |
    (mac[at + 3] as number);
  // The last digits are the remainder by a power of ten; slicing avoids computing a power on the interpreter.
  return `000000000${value}`.slice(-digits);
}

/** Returns the time step (RFC 6238 §4.2, T0 = 0) of a time in whole seconds since 1970. */
export function timeStep(utc: number, periodSeconds: number): number {
  return Math.floor(utc / periodSeconds);
}

/** Returns the seconds for which the passcode of the step at `utc` stays current: 1 to the period. */
export function secondsLeft(utc: number, periodSeconds: number): number {
  return periodSeconds - (utc % periodSeconds);
}
