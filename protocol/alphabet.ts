import { ALPHABETS } from './otp.ts';

/** How passcodes are written, by the number that stands for it in the high four bits of `digits`. */
export const DECIMAL = 0;
export const HEXADECIMAL = 1;
export const BASE32 = 2;
export const BASE64 = 3;

/** The characters of an alphabet in the order of their values, '' for a number that none has. */
export function alphabetOf(alphabet: number): string {
  if (alphabet === DECIMAL) return ALPHABETS.slice(0, 10);
  const size = 8 << alphabet;
  return alphabet >= HEXADECIMAL && alphabet <= BASE64 ? ALPHABETS.slice(size - 16, 2 * size - 16) : '';
}

/** Spaces, line breaks and the hyphen: what people and mail programs put between the groups of a display. */
const SEPARATORS = ' \t\r\n-';

/**
 * A passcode as a person typed it, in the characters that the fob shows: without separators, and in upper case
 * where the alphabet has no two cases. Base64 is compared exactly, so its case and punctuation stay.
 * @returns undefined where a character is left that the alphabet has not, or none is left
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
