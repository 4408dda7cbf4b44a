import { createHash, createHmac } from 'node:crypto';
import { Hmac } from '@passfob/protocol/hmac';
import { COUNTER_MAX, QUESTION_CHARS_MAX } from '@passfob/protocol/limits';
import { type OcraSuite, ocra, ocraSuiteText, questionBytes } from '@passfob/protocol/ocra';
import { parseOcraSuite } from '@passfob/protocol/ocra-suite';
import type { Algorithm } from '@passfob/protocol/primitives';
import fc from 'fast-check';
import { hostPrimitives as primitives } from 'passfob/client/primitives';
import { expect, it } from 'vitest';
import { broken, suiteByGrammar, suites } from '../../kit/ocra-suites.ts';
import { OCRA_PIN, OCRA_UTC, OCRA_VECTORS } from '../../kit/ocra-vectors.ts';
import { secret } from '../../kit/secrets.ts';

const ascii = (text: string) => new Uint8Array(Buffer.from(text));

function suiteOf(text: string): OcraSuite {
  const suite = parseOcraSuite(text);
  if (!suite) throw new Error(`the test names a suite that is not one: ${text}`);
  return suite;
}

/** Returns the keys of RFC 6287 appendix C: the repeated digits, as long as the hash. */
function keyOf(algorithm: number): Hmac {
  const length = [0, 20, 32, 64][algorithm] ?? 0;
  return new Hmac(primitives, algorithm as Algorithm, ascii('1234567890'.repeat(7).slice(0, length)));
}

const PIN = ascii(OCRA_PIN);

it.each(OCRA_VECTORS)(
  'RFC 6287 appendix C: $suite over $question',
  ({ suite, question, counter, passcode }) => {
    const read = suiteOf(suite);
    const key = keyOf(read.algorithm);
    expect(ocra(primitives, key, read, ascii(question), counter, PIN, OCRA_UTC)).toBe(passcode);
  },
);

const CHARACTERS = ['0123456789', ' !"#$%&@AZ[`az{~09', '0123456789abcdefABCDEF'];
const questionFor = (format: number) =>
  fc
    .array(fc.constantFrom(...(CHARACTERS[format] ?? '')), { minLength: 1, maxLength: QUESTION_CHARS_MAX })
    .map(chars => chars.join(''));
const NAMES = ['', 'SHA1', 'SHA256', 'SHA512'];
const hexOf = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString('hex');

/** Returns the suite and the question as the RFC's reference makes them, with Node's own means. */
function referenceText({ algorithm, digits, question, length, inputs, step }: OcraSuite): string {
  const pin = NAMES[(inputs >> 1) & 3];
  const data = [
    inputs & 1 ? 'C' : '',
    `Q${'NAH'[question]}${String(length).padStart(2, '0')}`,
    pin ? `P${pin}` : '',
    inputs >> 3 ? `T${step}${'-SMH'[inputs >> 3]}` : '',
  ];
  return `OCRA-1:HOTP-${NAMES[algorithm]}-${digits}:${data.filter(Boolean).join('-')}`;
}

function referenceQuestion(format: number, question: string): string {
  const hex =
    format === 0
      ? BigInt(question).toString(16)
      : format === 1
        ? Buffer.from(question).toString('hex')
        : question.toLowerCase();
  return hex.padEnd(256, '0');
}

it('OCRA agrees with a reference on the platform, for every suite', () => {
  const asked = suites.chain(suite => fc.tuple(fc.constant(suite), questionFor(suite.question)));
  const key = fc.uint8Array({ minLength: 10, maxLength: 128 }).map(secret);
  const pin = fc.stringMatching(/^[0-9]{4,16}$/);
  const utc = fc.integer({ min: 0, max: 2 ** 40 });
  const counter = fc.oneof(fc.maxSafeNat(), fc.constantFrom(0, COUNTER_MAX));
  fc.assert(
    fc.property(asked, key, counter, pin, utc, ([suite, question], bytes, moving, digits, time) => {
      const name = (algorithm: number) => (NAMES[algorithm] ?? '').toLowerCase();
      const number = (value: bigint) => value.toString(16).padStart(16, '0');
      const { inputs, step } = suite;
      const hashed = inputs & 6 ? createHash(name((inputs >> 1) & 3)).update(digits) : undefined;
      const seconds = step * ([0, 1, 60, 3600][inputs >> 3] ?? 0);
      const mac = createHmac(name(suite.algorithm), bytes)
        .update(`${referenceText(suite)}\0`)
        .update(inputs & 1 ? number(BigInt(moving)) : '', 'hex')
        .update(referenceQuestion(suite.question, question), 'hex')
        .update(hashed ? hashed.digest() : '')
        .update(seconds ? number(BigInt(time) / BigInt(seconds)) : '', 'hex')
        .digest();
      const value = mac.readUInt32BE((mac.at(-1) ?? 0) & 15) & 0x7fffffff;
      const expected = `${value % 10 ** suite.digits}`.padStart(suite.digits, '0');
      const hmac = new Hmac(primitives, suite.algorithm as Algorithm, bytes);
      expect(ocra(primitives, hmac, suite, ascii(question), moving, ascii(digits), time)).toBe(expected);
    }),
  );
});

it.each([0, 1, 2])('OCRA reads questions of format %i as the reference does', format => {
  fc.assert(
    fc.property(questionFor(format), question => {
      expect(hexOf(questionBytes(format, ascii(question)))).toBe(referenceQuestion(format, question));
    }),
    { examples: [['0'], ['0'.repeat(64)], ['9'.repeat(64)], ['00000000000000000001']] },
  );
});

it.each([0, 1, 2])('OCRA answers no question outside format %i', format => {
  const good = format === 1 ? /^[ -~]$/ : format === 0 ? /^[0-9]$/ : /^[0-9a-fA-F]$/;
  for (let char = 0; char < 256; char++) {
    const question = Uint8Array.of(0x31, char, 0x32);
    const isGood = good.test(String.fromCharCode(char));
    expect({ char, read: questionBytes(format, question) !== undefined }).toEqual({ char, read: isGood });
  }
  const suite: OcraSuite = { algorithm: 1, digits: 6, question: format, length: 8, inputs: 0, step: 0 };
  expect(ocra(primitives, keyOf(1), suite, Uint8Array.of(7), 0, PIN, OCRA_UTC)).toBeUndefined();
});

it('a suite is written as the RFC has it, and reads back', () => {
  fc.assert(
    fc.property(suites, suite => {
      expect(ocraSuiteText(suite)).toBe(referenceText(suite));
      expect(parseOcraSuite(ocraSuiteText(suite))).toEqual(suite);
    }),
  );
});

it.each([
  ['nothing', ''],
  ['another version', 'OCRA-2:HOTP-SHA1-6:QN08'],
  ['another function', 'OCRA-1:TOTP-SHA1-6:QN08'],
  ['another hash', 'OCRA-1:HOTP-MD5-6:QN08'],
  ['no truncation', 'OCRA-1:HOTP-SHA1-0:QN08'],
  ['too few digits', 'OCRA-1:HOTP-SHA1-3:QN08'],
  ['too many digits', 'OCRA-1:HOTP-SHA1-11:QN08'],
  ['no question', 'OCRA-1:HOTP-SHA1-6:C'],
  ['another format', 'OCRA-1:HOTP-SHA1-6:QX08'],
  ['a short question', 'OCRA-1:HOTP-SHA1-6:QN03'],
  ['a long question', 'OCRA-1:HOTP-SHA1-6:QN65'],
  ['a length of one digit', 'OCRA-1:HOTP-SHA1-6:QN8'],
  ['session data', 'OCRA-1:HOTP-SHA1-6:QN08-S064'],
  ['the counter behind', 'OCRA-1:HOTP-SHA1-6:QN08-C'],
  ['time before the PIN', 'OCRA-1:HOTP-SHA1-6:QN08-T1M-PSHA1'],
  ['the PIN twice', 'OCRA-1:HOTP-SHA1-6:QN08-PSHA1-PSHA1'],
  ['two PIN hashes', 'OCRA-1:HOTP-SHA1-6:QN08-PSHA1-PSHA256'],
  ['the time twice', 'OCRA-1:HOTP-SHA1-6:QN08-T1M-T1M'],
  ['a time step of 0', 'OCRA-1:HOTP-SHA1-6:QN08-T0M'],
  ['60 minutes', 'OCRA-1:HOTP-SHA1-6:QN08-T60M'],
  ['49 hours', 'OCRA-1:HOTP-SHA1-6:QN08-T49H'],
  ['a leading zero', 'OCRA-1:HOTP-SHA1-6:QN08-T01M'],
  ['a fraction', 'OCRA-1:HOTP-SHA1-6:QN08-T1.5M'],
  ['lower case', 'ocra-1:hotp-sha1-6:qn08'],
  ['white space', 'OCRA-1:HOTP-SHA1-6: QN08'],
  ['a fourth part', 'OCRA-1:HOTP-SHA1-6:QN08:'],
  ['an empty part', 'OCRA-1:HOTP-SHA1-6:QN08-'],
])('a suite is refused with %s', (_, text) => {
  expect(parseOcraSuite(text)).toBeUndefined();
});

it("a suite is read as a second reader by the RFC's grammar reads it, or by neither", () => {
  const written = suites.map(referenceText);
  fc.assert(
    fc.property(fc.oneof(written, broken(written), broken(broken(written))), text => {
      expect(parseOcraSuite(text)).toEqual(suiteByGrammar(text));
    }),
    {
      numRuns: 2_000,
      examples: ['0S', '59S', '60S', '59M', '60M', '48H', '49H', '1D', '01M'].map(step => [
        `OCRA-1:HOTP-SHA1-6:QN08-T${step}`,
      ]),
    },
  );
});

it('a suite with a changed, dropped or added character is never read, unless it is the text of the result', () => {
  const place = fc.nat({ max: 45 });
  const char = fc.constantFrom(...'0123456789ACHMNPQST-: ', '');
  fc.assert(
    fc.property(suites, place, char, fc.nat({ max: 1 }), (suite, at, put, dropped) => {
      const text = referenceText(suite);
      const changed = text.slice(0, at) + put + text.slice(at + dropped);
      const read = parseOcraSuite(changed);
      if (read) expect(referenceText(read)).toBe(changed);
    }),
  );
});
