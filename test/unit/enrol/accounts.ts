import { KIND_HOTP, KIND_TOTP } from '@passfob/protocol/account';
import { COUNTER_LAST, NAME_BYTES_MAX } from '@passfob/protocol/limits';
import { SHA1, SHA256, SHA512 } from '@passfob/protocol/primitives';
import fc from 'fast-check';
import { ALPHABET_NAMES } from 'passfob/enrol/alphabets';

/** 20 bytes, the secret of RFC 4226 appendix D, which everyone knows. */
export const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
export const SECRET_BYTES = new TextEncoder().encode('12345678901234567890');

/** Returns an otpauth URI of the secret. */
export const uriOf = (parameters = '', path = 'totp/x') => `otpauth://${path}?secret=${SECRET}${parameters}`;

const bytesOf = (text: string) => new TextEncoder().encode(text).length;

/** Text that fits a fob and has no white space at its ends, which names lose. */
export const name = fc
  .oneof(
    fc.string({ maxLength: NAME_BYTES_MAX }),
    fc.string({ unit: 'grapheme', maxLength: 8 }),
    fc.constantFrom('a:b', '100%', 'Ümlaut & Söhne', 'a+b@c.example', '東京', '?x=y', '#1', '%3A', '/'),
  )
  .map(text => text.trim())
  .filter(text => bytesOf(text) <= NAME_BYTES_MAX && !/[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/u.test(text));

/** Any account a fob takes, without warnings. */
export const account = fc
  .record({
    kind: fc.constantFrom<1 | 2>(KIND_HOTP, KIND_TOTP),
    algorithm: fc.constantFrom<1 | 2 | 3>(SHA1, SHA256, SHA512),
    digits: fc.integer({ min: 6, max: 8 }),
    alphabet: fc.constantFrom(...ALPHABET_NAMES),
    period: fc.integer({ min: 15, max: 300 }),
    counter: fc.oneof(fc.nat(), fc.constantFrom(0, 2 ** 32, COUNTER_LAST)),
    issuer: name,
    label: name,
    secret: fc.uint8Array({ minLength: 10, maxLength: 128 }),
  })
  .filter(({ issuer, label }) => issuer + label !== '')
  .map(made => ({
    ...made,
    period: made.kind === KIND_TOTP ? made.period : 0,
    counter: made.kind === KIND_HOTP ? made.counter : 0,
    warnings: [],
  }));
