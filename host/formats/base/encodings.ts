import { readBareSecret } from '../../enrol/bare-secret.ts';
import { badInput } from '../../enrol/enrolment.ts';
import { readSecretText, type SecretText } from '../../enrol/secret-text.ts';
import { SECRET_CHARS_MAX } from './limits.ts';

/** The encoding of secrets in a file. `bare`: Base32 or hexadecimal, whichever the secret can be. */
export type Encoding = 'base32' | 'hex' | 'base64' | 'bare';

/** A secret as written in a file. */
export type WrittenSecret = { readonly as: Encoding; readonly text: string } | { readonly bytes: Uint8Array };

/** @throws FobError `bad-input`, never with the text */
export function readSecret(written: WrittenSecret): SecretText {
  if ('bytes' in written) return { secret: written.bytes, warnings: [] };
  if (written.text.length > SECRET_CHARS_MAX) {
    throw badInput(
      'The secret is longer than any fob takes.',
      'Check that the right column holds the secrets.',
    );
  }
  if (written.as === 'bare') return readBareSecret(written.text);
  if (written.as === 'base32') return readSecretText(written.text);
  const bytes = written.as === 'hex' ? hexBytes(written.text) : base64Bytes(written.text);
  if (bytes !== undefined) return { secret: bytes, warnings: [] };
  throw badInput(
    written.as === 'hex' ? 'The secret is not hexadecimal.' : 'The secret is not Base64.',
    'Export it again, or correct the row.',
  );
}

/** Decodes hexadecimal digits in any case, with white space between them; undefined for anything else. */
export function hexBytes(text: string): Uint8Array | undefined {
  const digits = text.replace(/\s/g, '');
  if (digits.length % 2 !== 0 || /[^0-9a-f]/i.test(digits)) return undefined;
  return new Uint8Array(Buffer.from(digits, 'hex'));
}

/** Decodes Base64 (RFC 4648 §4 or §5), with or without padding and line breaks; undefined for anything else. */
export function base64Bytes(text: string): Uint8Array | undefined {
  const letters = text.replace(/\s/g, '').replace(/={1,2}$/, '');
  if (letters.length % 4 === 1 || /[^0-9a-z+/_-]/i.test(letters)) return undefined;
  return new Uint8Array(Buffer.from(letters, 'base64'));
}
