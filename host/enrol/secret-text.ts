import { base32nopad } from '@scure/base';
import { badInput } from './enrolment.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** Digits outside the alphabet of RFC 4648 §6, and the letters for which people mistake them. */
const MISREAD: Record<string, string> = {
  '0': 'the letter O',
  '1': 'the letter I or L',
  '8': 'the letter B',
};

export interface SecretText {
  readonly secret: Uint8Array;
  readonly warnings: readonly string[];
}

/**
 * Reads a shared secret in Base32 (RFC 4648 §6) as people and services write it: either case, in groups, with or
 * without padding.
 *
 * Digits outside the alphabet are refused, not guessed: a secret with one wrong letter would enrol without an error,
 * and its owner would notice only at a log-in days later.
 * @throws FobError `bad-input`, with the place of the wrong character and no other character
 */
export function readSecretText(text: string): SecretText {
  const letters = text.replace(/[\s-]/g, '').replace(/=+$/, '').toUpperCase();
  for (let i = 0; i < letters.length; i++) {
    if (!ALPHABET.includes(letters.charAt(i))) throw foreignCharacter(letters, i);
  }
  const spareBits = (letters.length * 5) % 8;
  if (spareBits >= 5) {
    throw badInput(
      `The secret has ${letters.length} characters, a number that Base32 never has.`,
      'Check that no character is missing or doubled.',
    );
  }
  const last = ALPHABET.indexOf(letters.charAt(letters.length - 1));
  const whole = last & ~((1 << spareBits) - 1);
  if (letters === '' || whole === last) return { secret: base32nopad.decode(letters), warnings: [] };
  // Services that generate random letters leave bits that fill no byte; every reader drops them (RFC 4648 §3.5).
  return {
    secret: base32nopad.decode(letters.slice(0, -1) + ALPHABET.charAt(whole)),
    warnings: [
      'The last character of the secret holds more bits than fit into whole bytes; the extra bits were dropped.',
    ],
  };
}

function foreignCharacter(letters: string, at: number): Error {
  if (letters.length >= 16 && /^(?:0X)?[0-9A-F]+$/.test(letters)) {
    return badInput(
      'The secret looks hexadecimal; an otpauth URI holds it in Base32.',
      'Ask the service for an otpauth URI or a QR code, or convert the secret to Base32.',
    );
  }
  const char = letters.charAt(at);
  const guess = MISREAD[char];
  const shown = guess !== undefined || char === '9' ? `"${char}"` : 'a character';
  return badInput(
    `The secret has ${shown} at place ${at + 1}, spaces not counted, which is not in Base32 (A to Z and 2 to 7).`,
    guess === undefined
      ? 'Copy the secret again, or scan the QR code instead of typing.'
      : `If somebody typed it, it is probably ${guess}: correct it, or scan the QR code instead of typing.`,
  );
}
