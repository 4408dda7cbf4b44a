import { KIND_HOTP, KIND_OCRA, KIND_TOTP } from '@passfob/protocol/account';
import { COUNTER_LAST, COUNTER_MAX } from '@passfob/protocol/limits';
import { SHA1, SHA256, SHA512 } from '@passfob/protocol/primitives';
import fc from 'fast-check';
import { generateURI } from 'otplib';
import { ALPHABET_NAMES, digitsByte, passcodeForm } from 'passfob/enrol/alphabets';
import type { Enrolment } from 'passfob/enrol/enrolment';
import { otpauthOf, parseOtpauth } from 'passfob/enrol/otpauth';
import { expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { refusal } from '../host/kit/failure.ts';
import { account, SECRET, SECRET_BYTES, uriOf } from './accounts.ts';

const usual: Enrolment = {
  kind: KIND_TOTP,
  algorithm: SHA1,
  digits: 6,
  alphabet: 'decimal',
  period: 30,
  counter: 0,
  issuer: 'Example',
  label: 'alice@example.com',
  secret: SECRET_BYTES,
  warnings: [],
};

const plain: Partial<Enrolment> = { issuer: '', label: 'x' };

/** URIs as other programs write them, and their meaning; fields that are not named are as in `usual`. */
const READ: [title: string, uri: string, expected: Partial<Enrolment>][] = [
  ['Key URI Format, its own example', uriOf('&issuer=Example', 'totp/Example:alice@example.com'), {}],
  ['everything escaped', uriOf('&issuer=Example', 'totp/Example%3Aalice%40example.com'), {}],
  ['space behind the colon', uriOf('&issuer=Example', 'totp/Example:%20alice@example.com'), {}],
  ['issuer only in the label', uriOf('', 'totp/Example:alice@example.com'), {}],
  ['issuer only as a parameter', uriOf('&issuer=Example', 'totp/alice@example.com'), {}],
  ['no issuer', uriOf(), plain],
  ['empty parameters', uriOf('&issuer=&digits=&period=&algorithm='), plain],
  ['a plus in the address', uriOf('', 'totp/a+b@c.example'), { issuer: '', label: 'a+b@c.example' }],
  ['a plus for a space', uriOf('&issuer=Big+Corp', 'totp/Big%20Corp:x'), { issuer: 'Big Corp', label: 'x' }],
  ['UTF-8', uriOf('', 'totp/%C3%9Cber%3A%E6%9D%B1'), { issuer: 'Über', label: '東' }],
  ['a slash and a bare hash sign', uriOf('', 'totp/team/#1'), { issuer: '', label: 'team/#1' }],
  ['scheme and type in capitals', `OTPAUTH://TOTP/x?SECRET=${SECRET}`, plain],
  ['lower case secret', `otpauth://totp/x?secret=${SECRET.toLowerCase()}`, plain],
  ['secret in groups', `otpauth://totp/x?secret=GEZD GNBV%20GY3T-QOJQ+GEZDGNBVGY3TQOJQ`, plain],
  ['padding', uriOf('===='), plain],
  ['escaped padding', uriOf('%3D%3D&digits=6'), plain],
  ['white space and quotes around', `\n "otpauth://totp/x?secret=${SECRET}" \r\n`, plain],
  ['copied out of HTML', uriOf('&amp;issuer=Example'), { label: 'x' }],
  ['twice the same', uriOf(`&secret=${SECRET}&digits=6&digits=6`), plain],
  ['SHA-256', uriOf('&algorithm=SHA256'), { ...plain, algorithm: SHA256 }],
  ['sha-256', uriOf('&algorithm=sha-256'), { ...plain, algorithm: SHA256 }],
  ['HmacSHA512', uriOf('&algorithm=HmacSHA512'), { ...plain, algorithm: SHA512 }],
  ['HMAC-SHA-1', uriOf('&algorithm=HMAC-SHA-1'), plain],
  ['8 digits, 60 s', uriOf('&digits=8&period=60'), { ...plain, digits: 8, period: 60 }],
  ['shortest and longest period', uriOf('&period=015'), { ...plain, period: 15 }],
  ['counter 0 of TOTP', uriOf('&counter=0'), plain],
  [
    'HOTP',
    uriOf('&issuer=Example&counter=42', 'hotp/Example:alice@example.com'),
    { kind: KIND_HOTP, period: 0, counter: 42 },
  ],
  [
    'the largest counter',
    uriOf(`&counter=${COUNTER_LAST}`, 'hotp/x'),
    { ...plain, kind: KIND_HOTP, period: 0, counter: COUNTER_LAST },
  ],
];

const WARNED: [title: string, uri: string, warning: RegExp, expected: Partial<Enrolment>][] = [
  ['two issuers', uriOf('&issuer=New', 'totp/Old:x'), /two issuers; "New"/, { issuer: 'New', label: 'x' }],
  [
    'HOTP without a counter',
    uriOf('', 'hotp/x'),
    /no counter; .* 0/,
    { ...plain, kind: KIND_HOTP, period: 0 },
  ],
  [
    'HOTP with a period',
    uriOf('&counter=1&period=30', 'hotp/x'),
    /a period/,
    { ...plain, kind: KIND_HOTP, period: 0, counter: 1 },
  ],
  ['TOTP with a counter', uriOf('&counter=7'), /has a counter/, plain],
  ['a picture', uriOf('&image=https%3A%2F%2Fx.example%2F100%'), /"image".* not used/, plain],
  ['an unknown parameter', uriOf('&foo=1'), /One parameter .* unknown/, plain],
  ['the secret as a parameter', uriOf(`&foo=1&bar&${SECRET}`), /3 parameters .* unknown/, plain],
  ['no path', uriOf('', 'totp'), /called "unnamed"/, { issuer: '', label: 'unnamed' }],
  ['an empty path', uriOf('&issuer=', 'totp/'), /called "unnamed"/, { issuer: '', label: 'unnamed' }],
  [
    'spare bits',
    'otpauth://totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGZ',
    /last character/,
    { ...plain, secret: SECRET_BYTES.slice(0, 16) },
  ],
];

const REFUSED: [title: string, input: string, sentence: RegExp][] = [
  ['nothing', ' \n', /empty/],
  ['a bare secret', SECRET, /bare secret/],
  ['a counter at its end', uriOf(`&counter=${COUNTER_MAX}`, 'hotp/x'), /its very end: no passcode is left/],
  ['a web address', `https://x.example/?secret=${SECRET}`, /a link/],
  ['some text', 'hello, world!', /not an otpauth URI/],
  ['an export', `otpauth-migration://offline?data=${SECRET}`, /export .* one account or several/],
  ['two URIs', `otpauth://totp/x?secret=${SECRET}\notpauth://totp/y?secret=${SECRET}`, /more than one/],
  ['a broken line', `otpauth://totp/x?\nsecret=${SECRET}`, /more than one line/],
  ['another type', uriOf('', 'yaotp/x'), /is not totp, hotp or ocra/],
  ['no type', uriOf('', '/x'), /is not totp, hotp or ocra/],
  ['Steam', `steam://${SECRET}`, /Steam/],
  ['Steam as a type', uriOf('', 'steam/x'), /Steam/],
  ['Steam as an encoder', uriOf('&encoder=steam'), /Steam/],
  ['two steps', uriOf('&2step_salt=8'), /two-step/],
  ['no secret', 'otpauth://totp/x?issuer=Example', /no secret/],
  ['no query', 'otpauth://totp/x', /no secret/],
  ['an empty secret', 'otpauth://totp/x?secret=', /no secret/],
  ['padding only', 'otpauth://totp/x?secret====', /secret is empty/],
  ['two secrets', uriOf(`&secret=${SECRET}AA`), /its secret twice/],
  ['two numbers of digits', uriOf('&digits=6&digits=8'), /its digits twice/],
  ['a 0', `otpauth://totp/x?secret=${SECRET.replace('3', '0')}`, /"0" at place 11,/],
  ['a 1', `otpauth://totp/x?secret=GE1D${SECRET.slice(4)}`, /"1" at place 3,/],
  ['an 8', `otpauth://totp/x?secret=${SECRET.slice(0, -1)}8`, /"8" at place 32,/],
  ['a 9', `otpauth://totp/x?secret=9${SECRET.slice(1)}`, /"9" at place 1,/],
  ['an accent', uriOf('%C3%89'), /a character at place 33,/],
  ['padding inside', uriOf(`=${SECRET}`), /a character at place 33,/],
  ['hexadecimal', 'otpauth://totp/x?secret=3132333435363738393031323334353637383930', /hexadecimal/],
  ['a missing character', `otpauth://totp/x?secret=${SECRET.slice(0, -2)}`, /30 characters/],
  ['9 bytes', `otpauth://totp/x?secret=${SECRET.slice(0, 15)}`, /9 bytes; .* 10 to 128/],
  ['200 bytes', `otpauth://totp/x?secret=${SECRET.repeat(10)}`, /200 bytes; .* 10 to 128/],
  ['0 digits', uriOf('&digits=0'), /of 0 digits .* 6 to 8/],
  ['11 digits', uriOf('&digits=11'), /of 11 digits .* 6 to 8/],
  ['digits in letters', uriOf('&digits=six'), /number of digits .* not a whole/],
  ['period 0', uriOf('&period=0'), /period of 0 seconds .* 10 to 300/],
  ['period 9', uriOf('&period=9'), /period of 9 seconds/],
  ['period 301', uriOf('&period=301'), /period of 301 seconds/],
  ['half a second', uriOf('&period=30.5'), /period .* not a whole number/],
  ['a negative counter', uriOf('&counter=-1', 'hotp/x'), /counter .* not a whole number/],
  ['counter 2^53', uriOf('&counter=9007199254740992', 'hotp/x'), /counter is outside/],
  ['a huge counter', uriOf(`&counter=${'9'.repeat(30)}`, 'hotp/x'), /counter .* can hold/],
  ['MD5', uriOf('&algorithm=MD5'), /does not support the algorithm/],
  ['the secret as algorithm', uriOf(`&algorithm=${SECRET}`), /does not support the algorithm/],
  ['a long issuer', uriOf(`&issuer=${'i'.repeat(40)}`), /issuer is 8 bytes too long/],
  ['a long label', uriOf('', `totp/${'%C3%BC'.repeat(16)}x`), /label is 1 byte too long/],
  ['a broken escape', uriOf('', 'totp/100%'), /label .* "%"/],
  ['an escape that is no UTF-8', uriOf('&issuer=%ff'), /issuer .* "%"/],
  ['a terminal sequence', uriOf('', 'totp/x%1b[2J'), /label .* cannot be shown/],
  ['reversed text', uriOf('&issuer=%E2%80%AEx'), /issuer .* cannot be shown/],
  ['a book', uriOf(`&note=${'z'.repeat(9000)}`), /too long/],
];

it.each(READ)('an otpauth URI is read: %s', (_, uri, expected) => {
  expect(parseOtpauth(uri)).toEqual({ ...usual, ...expected });
});

it.each(WARNED)('an otpauth URI is read with a warning: %s', (_, uri, warning, expected) => {
  const { warnings, ...found } = parseOtpauth(uri);
  expect(warnings).toEqual([expect.stringMatching(warning)]);
  expect({ ...found, warnings: [] }).toEqual({ ...usual, ...expected });
  expect(warnings.join()).not.toContain(SECRET);
});

it.each(REFUSED)(
  'an otpauth URI is refused with a next step that repeats no input: %s',
  (_, input, sentence) => {
    const error = refusal(() => parseOtpauth(input));
    expect(error).toMatchObject({
      kind: 'bad-input',
      message: expect.stringMatching(sentence),
      next: expect.stringMatching(/^[A-Z].*/),
    });
    // The stack must not leak either: it holds the message and names of functions.
    const texts = JSON.stringify([
      error,
      Object.getOwnPropertyNames(error).map(key => Reflect.get(Object(error), key)),
    ]);
    for (let at = 0; at + 6 <= SECRET.length; at++) expect(texts).not.toContain(SECRET.slice(at, at + 6));
    for (const piece of input.split(/[/?&=\s]+/).filter(part => part.length > 12))
      expect(texts).not.toContain(piece);
  },
);

it('an otpauth URI reads back as it was written', () => {
  fc.assert(
    fc.property(account, made => {
      secret(made.secret);
      expect(parseOtpauth(otpauthOf(made))).toEqual(made);
    }),
  );
});

it('otpauth URIs that otplib wrote are read', () => {
  const simple = account.filter(
    ({ alphabet, issuer, label }) =>
      alphabet === 'decimal' && !`${issuer}${label}`.includes(':') && issuer !== '' && label !== '',
  );
  fc.assert(
    fc.property(simple, made => {
      const uri = generateURI({
        strategy: made.kind === KIND_HOTP ? 'hotp' : 'totp',
        issuer: made.issuer,
        label: made.label,
        secret: /secret=(\w+)/.exec(otpauthOf({ ...made, secret: secret(made.secret) }))?.[1] ?? '',
        algorithm: made.algorithm === SHA1 ? 'sha1' : made.algorithm === SHA256 ? 'sha256' : 'sha512',
        digits: made.digits === 6 ? 6 : made.digits === 7 ? 7 : 8,
        ...(made.kind === KIND_HOTP ? { counter: made.counter } : { period: made.period }),
      });
      expect(parseOtpauth(uri)).toEqual(made);
    }),
  );
});

it('any text gives an account or a refusal', () => {
  const pieces = fc.constantFrom('otpauth://', 'totp', 'hotp', ...'/?&=%:\n', 'secret', SECRET, 'issuer');
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 12 }), parts => {
      try {
        expect(parseOtpauth(parts.join('')).secret.length).toBeGreaterThanOrEqual(10);
      } catch (error) {
        expect(error).toMatchObject({ name: 'FobError', kind: 'bad-input' });
      }
    }),
    { numRuns: 2000 },
  );
});

/** The forms that libraries write; no standard defines them. */
const OCRA_READ: [title: string, uri: string][] = [
  ...['suite', 'ocraSuite', 'ocrasuite'].map((name): [string, string] => [
    `OCRA by the parameter ${name}`,
    uriOf(`&${name}=OCRA-1:HOTP-SHA256-8:C-QN08-PSHA1&counter=3`, 'ocra/x'),
  ]),
  [
    'OCRA that says twice what it is, and a suite in lower case',
    uriOf('&suite=ocra-1%3Ahotp-sha256-8%3Ac-qn08-psha1&algorithm=SHA256&digits=8&counter=3', 'ocra/x'),
  ],
];

const OCRA_REFUSED: [title: string, input: string, sentence: RegExp][] = [
  ['OCRA without a suite', uriOf('', 'ocra/x'), /has no suite/],
  ['OCRA with session data', uriOf('&suite=OCRA-1:HOTP-SHA1-6:QN08-S064', 'ocra/x'), /no OCRA|not an OCRA/],
  [
    'OCRA with other digits than its suite',
    uriOf('&suite=OCRA-1:HOTP-SHA1-6:QN08&digits=8', 'ocra/x'),
    /contradict its OCRA suite/,
  ],
  [
    'OCRA with another algorithm than its suite',
    uriOf('&suite=OCRA-1:HOTP-SHA1-6:QN08&algorithm=SHA256', 'ocra/x'),
    /contradict its OCRA suite/,
  ],
];

it.each(OCRA_READ)('an OCRA URI is read: %s', (_, uri) => {
  expect(parseOtpauth(uri)).toMatchObject({
    kind: KIND_OCRA,
    algorithm: SHA256,
    digits: 8,
    alphabet: 'decimal',
    period: 0,
    counter: 3,
    suite: { algorithm: 2, digits: 8, question: 0, length: 8, inputs: 3, step: 0 },
    label: 'x',
    warnings: [],
  });
});

it('an OCRA URI has a counter only where the suite counts', () => {
  const uri = uriOf('&counter=9&suite=OCRA-1:HOTP-SHA1-6:Q', 'ocra/x');
  expect(parseOtpauth(`${uri}N08`)).toMatchObject({ counter: 0, warnings: [] });
  expect(parseOtpauth(uri.replace(':Q', ':C-QN08'))).toMatchObject({ counter: 9 });
});

it('an OCRA URI has a suite, which other accounts do not use', () => {
  const { kind, warnings } = parseOtpauth(uriOf('&suite=OCRA-1:HOTP-SHA1-6:QN08'));
  expect([kind, warnings]).toEqual([2, [expect.stringContaining('OCRA suite')]]);
});

it.each(OCRA_REFUSED)('an OCRA URI is refused: %s', (_, input, sentence) => {
  expect(() => parseOtpauth(input)).toThrow(sentence);
});

it('OCRA accounts of any suite read back as they were written', () => {
  const suite = fc
    .record({
      algorithm: fc.constantFrom<1 | 2 | 3>(SHA1, SHA256, SHA512),
      digits: fc.integer({ min: 4, max: 10 }),
      question: fc.nat(2),
      length: fc.integer({ min: 4, max: 64 }),
      counter: fc.nat(1),
      pin: fc.nat(3),
      unit: fc.nat(3),
      step: fc.integer({ min: 1, max: 48 }),
    })
    .map(({ counter, pin, unit, step, ...rest }) => ({
      ...rest,
      inputs: counter | (pin << 1) | (unit << 3),
      step: unit === 0 ? 0 : step,
    }));
  fc.assert(
    fc.property(account, suite, (made, drawn) => {
      const ocra: Enrolment = {
        ...made,
        kind: KIND_OCRA,
        algorithm: drawn.algorithm,
        digits: drawn.digits,
        alphabet: 'decimal',
        period: 0,
        counter: drawn.inputs & 1 ? made.counter : 0,
        suite: drawn,
        secret: secret(made.secret),
      };
      expect(parseOtpauth(otpauthOf(ocra))).toEqual(ocra);
    }),
  );
});

it('alphabets share a byte with the number of characters; decimal ones are as they always were', () => {
  expect(digitsByte('decimal', 6)).toBe(6);
  expect(digitsByte('base64', 8)).toBe(0x38);
  for (const alphabet of ALPHABET_NAMES) {
    for (let length = 4; length <= 10; length++) {
      expect(passcodeForm(digitsByte(alphabet, length))).toEqual({ alphabet, length });
    }
  }
  expect(passcodeForm(0x96)).toEqual({ alphabet: 'decimal', length: 6 });
});

it('an alphabet stands in our own URI parameter: 8 characters unless the URI says otherwise, 5 to 8', () => {
  expect(parseOtpauth(uriOf('&alphabet=Base32'))).toMatchObject({ alphabet: 'base32', digits: 8 });
  expect(parseOtpauth(uriOf('&alphabet=hex&digits=5'))).toMatchObject({ alphabet: 'hex', digits: 5 });
  expect(parseOtpauth(uriOf(''))).toMatchObject({ alphabet: 'decimal', digits: 6, warnings: [] });
  expect(() => parseOtpauth(uriOf('&alphabet=hex&digits=4'))).toThrow('4 characters');
  expect(() => parseOtpauth(uriOf('&alphabet=steam'))).toThrow('alphabet of the URI');
});
