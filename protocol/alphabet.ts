import { ALPHABETS } from './otp.ts';

/** Alphabets of passcodes. The high four bits of `digits` hold this number. */
export const DECIMAL = 0;
export const HEXADECIMAL = 1;
export const BASE32 = 2;
export const BASE64 = 3;

/** Returns the characters of an alphabet in the order of their values, or '' for an unknown number. */
export function alphabetOf(alphabet: number): string {
  if (alphabet === DECIMAL) return ALPHABETS.slice(0, 10);
  const size = 8 << alphabet;
  return alphabet >= HEXADECIMAL && alphabet <= BASE64 ? ALPHABETS.slice(size - 16, 2 * size - 16) : '';
}

/** Spaces, line breaks and the hyphen: people and mail programs put these between groups of characters. */
const SEPARATORS = ' \t\r\n-';

/**
 * Returns a typed passcode in the characters that the fob shows: without separators, and in upper case unless the
 * alphabet is Base64. Base64 passcodes keep their case and punctuation, because they are compared exactly.
 * @returns undefined if a character does not belong to the alphabet, or no character is left
 */
export function readPasscode(typed: string, alphabet: number): string | undefined {
  const chars = alphabetOf(alphabet);
  let code = '';
  for (let i = 0; i < typed.length; i++) {
    let char = typed.charAt(i);
    if (SEPARATORS.indexOf(char) >= 0) continue;
    const letter = typed.charCodeAt(i);
    if (alphabet !== BASE64 && letter >= 97 && letter <= 122) char = String.fromCharCode(letter - 32);
    if (chars.indexOf(char) < 0) return undefined;
    code += char;
  }
  return code === '' ? undefined : code;
}
