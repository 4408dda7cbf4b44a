import type { Hmac } from './hmac.ts';

const MESSAGE = new Uint8Array(8);

/**
 * HOTP value (RFC 4226 §5.3) under any of the hashes of RFC 6238.
 * @param key HMAC keyed with the shared secret
 * @param counter 0 to 2^53 - 1, sent as 8 bytes, most significant first
 * @param digits 6 to 8
 * @returns the passcode with its leading zeros
 */
export function hotp(key: Hmac, counter: number, digits: number): string {
  let rest = counter;
  for (let i = 7; i >= 0; i--) {
    MESSAGE[i] = rest & 255;
    rest = Math.floor(rest / 256);
  }
  const mac = key.mac([MESSAGE]);
  // Dynamic truncation (RFC 4226 §5.3): the low four bits of the last byte say where to read 31 bits.
  const at = (mac[mac.length - 1] as number) & 15;
  const value =
    (((mac[at] as number) & 127) << 24) |
    ((mac[at + 1] as number) << 16) |
    ((mac[at + 2] as number) << 8) |
    (mac[at + 3] as number);
  let modulus = 1;
  for (let i = 0; i < digits; i++) modulus *= 10;
  return `${value % modulus}`.padStart(digits, '0');
}

/** Time step (RFC 6238 §4.2, T0 = 0) of a time in whole seconds since 1970. */
export function timeStep(utc: number, periodSeconds: number): number {
  return Math.floor(utc / periodSeconds);
}

/** Seconds for which the code of the step at `utc` stays current: 1 to the period. */
export function secondsLeft(utc: number, periodSeconds: number): number {
  return periodSeconds - (utc % periodSeconds);
}
