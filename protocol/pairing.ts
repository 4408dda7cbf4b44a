import { bytesOf } from './bytes.ts';
import { PAIRING_CHECK_CHARS, PAIRING_CODE_CHARS } from './limits.ts';

/** BIP-173: 32 characters without 1, b, i, o, which people misread. */
export const PAIRING_ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';

/** Returns the product in GF(32) = GF(2)[x] / (x^5 + x^3 + 1), the field of BIP-173. */
function times(a: number, b: number): number {
  let product = 0;
  let factor = a;
  for (let rest = b; rest; rest >>= 1) {
    if (rest & 1) product ^= factor;
    factor <<= 1;
    if (factor & 32) factor ^= 41;
  }
  return product;
}

/**
 * Returns two check symbols of a shortened Reed-Solomon code over GF(32) with roots x and x^2. They detect any one or
 * two wrong characters, and so any swap of neighbours.
 */
function checks(symbols: Uint8Array): number {
  let high = 0;
  let low = 0;
  for (const symbol of symbols) {
    const feedback = symbol ^ high;
    // (X + x)(X + x^2) = X^2 + 6 X + 8 with x = 2.
    high = low ^ times(feedback, 6);
    low = times(feedback, 8);
  }
  return (high << 5) | low;
}

/**
 * Returns the pairing code of 10 random bytes: 16 characters and 2 check characters, lower case, without separators.
 */
export function pairingCodeOf(entropy: Uint8Array): string {
  const symbols = new Uint8Array(PAIRING_CODE_CHARS);
  let code = '';
  let bits = 0;
  let held = 0;
  let count = 0;
  for (const byte of entropy) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      const symbol = (held >> bits) & 31;
      symbols[count] = symbol;
      count++;
      code += PAIRING_ALPHABET[symbol];
    }
    held &= 31;
  }
  const check = checks(symbols);
  return code + PAIRING_ALPHABET[check >> 5] + PAIRING_ALPHABET[check & 31];
}

/**
 * Returns the code without separators and in lower case, or undefined if a character is missing, unknown or wrong.
 * @param typed as a person types it: any case, spaces and dashes anywhere, and what the alphabet leaves out for what it
 * must be: `o` for `0`, `1` and `i` for `l`
 */
export function readPairingCode(typed: string): string | undefined {
  const symbols = new Uint8Array(PAIRING_CODE_CHARS);
  let code = '';
  let check = 0;
  for (let i = 0; i < typed.length; i++) {
    const char = typed.charAt(i);
    if (char === ' ' || char === '-') continue;
    const letter = typed.charCodeAt(i);
    const lower = letter >= 65 && letter <= 90 ? String.fromCharCode(letter + 32) : char;
    const symbol = PAIRING_ALPHABET.indexOf(
      lower === 'o' ? '0' : lower === 'i' || lower === '1' ? 'l' : lower,
    );
    if (symbol < 0 || code.length >= PAIRING_CODE_CHARS + PAIRING_CHECK_CHARS) return undefined;
    if (code.length < PAIRING_CODE_CHARS) symbols[code.length] = symbol;
    else check = (check << 5) | symbol;
    code += PAIRING_ALPHABET[symbol];
  }
  const complete = code.length === PAIRING_CODE_CHARS + PAIRING_CHECK_CHARS;
  return complete && check === checks(symbols) ? code : undefined;
}

/** Returns the bytes that key the session: the 16 characters without the check, as ASCII. */
export function pairingCodeKey(code: string): Uint8Array {
  return bytesOf(code.slice(0, PAIRING_CODE_CHARS));
}
