import { badInput } from './enrolment.ts';
import type { SecretEncoding } from './secret-encodings.ts';
import { readSecretText, type SecretText } from './secret-text.ts';

/** Longest written secret: 128 bytes in hexadecimal, in groups. */
const CHARACTERS = { most: 1_024 } as const;

/**
 * Reads a secret without a URI, in Base32 or hexadecimal, in either case and in groups.
 *
 * Text that both encodings allow is refused unless `encoding` says which it is: the wrong guess would give passcodes
 * that no service accepts.
 * @throws FobError `bad-input`, with no character of the text
 */
export function readBareSecret(text: string, encoding?: SecretEncoding): SecretText {
  const written = text.trim();
  if (/^otpauth/i.test(written)) {
    throw badInput('The input is a key URI, not a bare secret.', 'Use: passfob enroll --uri -');
  }
  if (/[\r\n]/.test(written) || written.length > CHARACTERS.most) {
    throw badInput('The input is more than one secret.', 'Give one secret, on one line.');
  }
  const hex = hexOf(written);
  if (encoding === 'hex') {
    if (hex !== undefined) return { secret: hex, warnings: [] };
    throw badInput(
      'The secret is not hexadecimal: it needs an even number of the digits 0 to 9 and A to F.',
      'Copy it again, or name another encoding: --encoding base32',
    );
  }
  if (encoding === undefined && hex !== undefined) {
    // Hexadecimal digits outside of Base32 leave no doubt.
    if (/[0189]/.test(written) || !isBase32(written)) return { secret: hex, warnings: [] };
    throw badInput(
      'The secret can be read as hexadecimal and as Base32.',
      'Say which it is: --encoding hex or --encoding base32',
    );
  }
  return readSecretText(written);
}

/** Decodes hexadecimal digits with spaces, hyphens or colons between them, after `0x` or not. */
function hexOf(text: string): Uint8Array | undefined {
  const digits = text.replace(/^0x/i, '').replace(/[\s:-]/g, '');
  if (digits === '' || digits.length % 2 !== 0 || /[^0-9a-f]/i.test(digits)) return undefined;
  return new Uint8Array(Buffer.from(digits, 'hex'));
}

function isBase32(text: string): boolean {
  try {
    readSecretText(text);
    return true;
  } catch {
    return false;
  }
}
