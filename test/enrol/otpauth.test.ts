import { KIND_HOTP, KIND_TOTP } from '@passfob/protocol/account';
import { COUNTER_LAST, COUNTER_MAX } from '@passfob/protocol/limits';
import { SHA1, SHA256, SHA512 } from '@passfob/protocol/primitives';
import fc from 'fast-check';
import { generateURI } from 'otplib';
import type { Enrolment } from 'passfob/enrol/enrolment';
import { otpauthOf, parseOtpauth } from 'passfob/enrol/otpauth';
import { describe, expect, it } from 'vitest';
import { secret } from '../kit/secrets.ts';
import { account } from './accounts.ts';

/** 20 bytes, the secret of RFC 4226 appendix D, which everyone knows. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const BYTES = new TextEncoder().encode('12345678901234567890');

const usual: Enrolment = {
  kind: KIND_TOTP,
  algorithm: SHA1,
  digits: 6,
  alphabet: 'decimal',
  period: 30,
  counter: 0,
  issuer: 'Example',
  label: 'alice@example.com',
  secret: BYTES,
  warnings: [],
};

const plain: Partial<Enrolment> = { issuer: '', label: 'x' };

/** URIs as other programs write them, and their meaning; fields that are not named are as in `usual`. */
const READ: [title: string, uri: string, expected: Partial<Enrolment>][] = [
  [
    'Key URI Format, its own example',
    `otpauth://totp/Example:alice@example.com?secret=${SECRET}&issuer=Example`,
    {},
  ],
  ['everything escaped', `otpauth://totp/Example%3Aalice%40example.com?secret=${SECRET}&issuer=Example`, {}],
  [
    'space behind the colon',
    `otpauth://totp/Example:%20alice@example.com?secret=${SECRET}&issuer=Example`,
    {},
  ],
  ['issuer only in the label', `otpauth://totp/Example:alice@example.com?secret=${SECRET}`, {}],
  ['issuer only as a parameter', `otpauth://totp/alice@example.com?secret=${SECRET}&issuer=Example`, {}],
  ['no issuer', `otpauth://totp/x?secret=${SECRET}`, plain],
  ['empty parameters', `otpauth://totp/x?secret=${SECRET}&issuer=&digits=&period=&algorithm=`, plain],
  [
    'a plus in the address',
    `otpauth://totp/a+b@c.example?secret=${SECRET}`,
    { issuer: '', label: 'a+b@c.example' },
  ],
  [
    'a plus for a space',
    `otpauth://totp/Big%20Corp:x?secret=${SECRET}&issuer=Big+Corp`,
    { issuer: 'Big Corp', label: 'x' },
  ],
  ['UTF-8', `otpauth://totp/%C3%9Cber%3A%E6%9D%B1?secret=${SECRET}`, { issuer: 'Über', label: '東' }],
  [
    'a slash and a bare hash sign',
    `otpauth://totp/team/#1?secret=${SECRET}`,
    { issuer: '', label: 'team/#1' },
  ],
  ['scheme and type in capitals', `OTPAUTH://TOTP/x?SECRET=${SECRET}`, plain],
  ['lower case secret', `otpauth://totp/x?secret=${SECRET.toLowerCase()}`, plain],
  ['secret in groups', `otpauth://totp/x?secret=GEZD GNBV%20GY3T-QOJQ+GEZDGNBVGY3TQOJQ`, plain],
  ['padding', `otpauth://totp/x?secret=${SECRET}====`, plain],
  ['escaped padding', `otpauth://totp/x?secret=${SECRET}%3D%3D&digits=6`, plain],
  ['white space and quotes around', `\n "otpauth://totp/x?secret=${SECRET}" \r\n`, plain],
  ['copied out of HTML', `otpauth://totp/x?secret=${SECRET}&amp;issuer=Example`, { label: 'x' }],
  ['twice the same', `otpauth://totp/x?secret=${SECRET}&secret=${SECRET}&digits=6&digits=6`, plain],
  ['SHA-256', `otpauth://totp/x?secret=${SECRET}&algorithm=SHA256`, { ...plain, algorithm: SHA256 }],
  ['sha-256', `otpauth://totp/x?secret=${SECRET}&algorithm=sha-256`, { ...plain, algorithm: SHA256 }],
  ['HmacSHA512', `otpauth://totp/x?secret=${SECRET}&algorithm=HmacSHA512`, { ...plain, algorithm: SHA512 }],
  ['HMAC-SHA-1', `otpauth://totp/x?secret=${SECRET}&algorithm=HMAC-SHA-1`, plain],
  [
    '8 digits, 60 s',
    `otpauth://totp/x?secret=${SECRET}&digits=8&period=60`,
    { ...plain, digits: 8, period: 60 },
  ],
  ['shortest and longest period', `otpauth://totp/x?secret=${SECRET}&period=015`, { ...plain, period: 15 }],
  ['counter 0 of TOTP', `otpauth://totp/x?secret=${SECRET}&counter=0`, plain],
  [
    'HOTP',
    `otpauth://hotp/Example:alice@example.com?secret=${SECRET}&issuer=Example&counter=42`,
    { kind: KIND_HOTP, period: 0, counter: 42 },
  ],
  [
    'the largest counter',
    `otpauth://hotp/x?secret=${SECRET}&counter=${COUNTER_LAST}`,
    { ...plain, kind: KIND_HOTP, period: 0, counter: COUNTER_LAST },
  ],
];

const WARNED: [title: string, uri: string, warning: RegExp, expected: Partial<Enrolment>][] = [
  [
    'two issuers',
    `otpauth://totp/Old:x?secret=${SECRET}&issuer=New`,
    /two issuers; "New"/,
    { issuer: 'New', label: 'x' },
  ],
  [
    'HOTP without a counter',
    `otpauth://hotp/x?secret=${SECRET}`,
    /no counter; .* 0/,
    { ...plain, kind: KIND_HOTP, period: 0 },
  ],
  [
    'HOTP with a period',
    `otpauth://hotp/x?secret=${SECRET}&counter=1&period=30`,
    /a period/,
    { ...plain, kind: KIND_HOTP, period: 0, counter: 1 },
  ],
  ['TOTP with a counter', `otpauth://totp/x?secret=${SECRET}&counter=7`, /has a counter/, plain],
  [
    'a picture',
    `otpauth://totp/x?secret=${SECRET}&image=https%3A%2F%2Fx.example%2F100%`,
    /"image".* not used/,
    plain,
  ],
  ['an unknown parameter', `otpauth://totp/x?secret=${SECRET}&foo=1`, /One parameter .* unknown/, plain],
  [
    'the secret as a parameter',
    `otpauth://totp/x?secret=${SECRET}&foo=1&bar&${SECRET}`,
    /3 parameters .* unknown/,
    plain,
  ],
  ['no path', `otpauth://totp?secret=${SECRET}`, /called "unnamed"/, { issuer: '', label: 'unnamed' }],
  [
    'an empty path',
    `otpauth://totp/?secret=${SECRET}&issuer=`,
    /called "unnamed"/,
    { issuer: '', label: 'unnamed' },
  ],
  [
    'spare bits',
    'otpauth://totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGZ',
    /last character/,
    { ...plain, secret: BYTES.slice(0, 16) },
  ],
];

const REFUSED: [title: string, input: string, sentence: RegExp][] = [
  ['nothing', ' \n', /empty/],
  ['a bare secret', SECRET, /bare secret/],
  [
    'a counter at its end',
    `otpauth://hotp/x?secret=${SECRET}&counter=${COUNTER_MAX}`,
    /its very end: no passcode is left/,
  ],
  ['a web address', `https://x.example/?secret=${SECRET}`, /a link/],
  ['some text', 'hello, world!', /not an otpauth URI/],
  ['an export', `otpauth-migration://offline?data=${SECRET}`, /export .* one account or several/],
  ['two URIs', `otpauth://totp/x?secret=${SECRET}\notpauth://totp/y?secret=${SECRET}`, /more than one/],
  ['a broken line', `otpauth://totp/x?\nsecret=${SECRET}`, /more than one line/],
  ['another type', `otpauth://yaotp/x?secret=${SECRET}`, /is not totp, hotp or ocra/],
  ['no type', `otpauth:///x?secret=${SECRET}`, /is not totp, hotp or ocra/],
  ['Steam', `steam://${SECRET}`, /Steam/],
  ['Steam as a type', `otpauth://steam/x?secret=${SECRET}`, /Steam/],
  ['Steam as an encoder', `otpauth://totp/x?secret=${SECRET}&encoder=steam`, /Steam/],
  ['two steps', `otpauth://totp/x?secret=${SECRET}&2step_salt=8`, /two-step/],
  ['no secret', 'otpauth://totp/x?issuer=Example', /no secret/],
  ['no query', 'otpauth://totp/x', /no secret/],
  ['an empty secret', 'otpauth://totp/x?secret=', /no secret/],
  ['padding only', 'otpauth://totp/x?secret====', /secret is empty/],
  ['two secrets', `otpauth://totp/x?secret=${SECRET}&secret=${SECRET}AA`, /its secret twice/],
  ['two numbers of digits', `otpauth://totp/x?secret=${SECRET}&digits=6&digits=8`, /its digits twice/],
  ['a 0', `otpauth://totp/x?secret=${SECRET.replace('3', '0')}`, /"0" at place 11,/],
  ['a 1', `otpauth://totp/x?secret=GE1D${SECRET.slice(4)}`, /"1" at place 3,/],
  ['an 8', `otpauth://totp/x?secret=${SECRET.slice(0, -1)}8`, /"8" at place 32,/],
  ['a 9', `otpauth://totp/x?secret=9${SECRET.slice(1)}`, /"9" at place 1,/],
  ['an accent', `otpauth://totp/x?secret=${SECRET}%C3%89`, /a character at place 33,/],
  ['padding inside', `otpauth://totp/x?secret=${SECRET}=${SECRET}`, /a character at place 33,/],
  ['hexadecimal', 'otpauth://totp/x?secret=3132333435363738393031323334353637383930', /hexadecimal/],
  ['a missing character', `otpauth://totp/x?secret=${SECRET.slice(0, -2)}`, /30 characters/],
  ['9 bytes', `otpauth://totp/x?secret=${SECRET.slice(0, 15)}`, /9 bytes; .* 10 to 128/],
  ['200 bytes', `otpauth://totp/x?secret=${SECRET.repeat(10)}`, /200 bytes; .* 10 to 128/],
  ['0 digits', `otpauth://totp/x?secret=${SECRET}&digits=0`, /of 0 digits .* 6 to 8/],
  ['11 digits', `otpauth://totp/x?secret=${SECRET}&digits=11`, /of 11 digits .* 6 to 8/],
  ['digits in letters', `otpauth://totp/x?secret=${SECRET}&digits=six`, /number of digits .* not a whole/],
  ['period 0', `otpauth://totp/x?secret=${SECRET}&period=0`, /period of 0 seconds .* 10 to 300/],
  ['period 9', `otpauth://totp/x?secret=${SECRET}&period=9`, /period of 9 seconds/],
  ['period 301', `otpauth://totp/x?secret=${SECRET}&period=301`, /period of 301 seconds/],
  ['half a second', `otpauth://totp/x?secret=${SECRET}&period=30.5`, /period .* not a whole number/],
  ['a negative counter', `otpauth://hotp/x?secret=${SECRET}&counter=-1`, /counter .* not a whole number/],
  ['counter 2^53', `otpauth://hotp/x?secret=${SECRET}&counter=9007199254740992`, /counter is outside/],
  ['a huge counter', `otpauth://hotp/x?secret=${SECRET}&counter=${'9'.repeat(30)}`, /counter .* can hold/],
  ['MD5', `otpauth://totp/x?secret=${SECRET}&algorithm=MD5`, /does not support the algorithm/],
  [
    'the secret as algorithm',
    `otpauth://totp/x?secret=${SECRET}&algorithm=${SECRET}`,
    /does not support the algorithm/,
  ],
  [
    'a long issuer',
    `otpauth://totp/x?secret=${SECRET}&issuer=${'i'.repeat(40)}`,
    /issuer is 8 bytes too long/,
  ],
  ['a long label', `otpauth://totp/${'%C3%BC'.repeat(16)}x?secret=${SECRET}`, /label is 1 byte too long/],
  ['a broken escape', `otpauth://totp/100%?secret=${SECRET}`, /label .* "%"/],
  ['an escape that is no UTF-8', `otpauth://totp/x?secret=${SECRET}&issuer=%ff`, /issuer .* "%"/],
  ['a terminal sequence', `otpauth://totp/x%1b[2J?secret=${SECRET}`, /label .* cannot be shown/],
  ['reversed text', `otpauth://totp/x?secret=${SECRET}&issuer=%E2%80%AEx`, /issuer .* cannot be shown/],
  ['a book', `otpauth://totp/x?secret=${SECRET}&note=${'z'.repeat(9000)}`, /too long/],
];

describe('otpauth URIs', () => {
  it.each(READ)('an otpauth URI is read: %s', (_, uri, expected) => {
    expect(parseOtpauth(uri)).toEqual({ ...usual, ...expected });
  });

  it.each(WARNED)('an otpauth URI is read with a warning: %s', (_, uri, warning, expected) => {
    const { warnings, ...found } = parseOtpauth(uri);
    expect(warnings).toEqual([expect.stringMatching(warning)]);
    expect({ ...found, warnings: [] }).toEqual({ ...usual, ...expected });
    expect(warnings.join()).not.toContain(SECRET);
  });

  it.each(REFUSED)('an otpauth URI is refused: %s', (_, input, sentence) => {
    const read = () => parseOtpauth(input);
    expect(read).toThrow(
      expect.objectContaining({
        kind: 'bad-input',
        message: expect.stringMatching(sentence),
        next: expect.stringMatching(/^[A-Z].*/),
      }),
    );
  });

  it.each(REFUSED)('error texts do not repeat the input: %s', (_, input) => {
    let texts = '';
    try {
      parseOtpauth(input);
    } catch (error) {
      texts = JSON.stringify([
        error,
        Object.getOwnPropertyNames(error).map(key => Reflect.get(Object(error), key)),
      ]);
    }
    // The stack must not leak either: it holds the message and names of functions.
    expect(texts.length).toBeGreaterThan(0);
    for (let at = 0; at + 6 <= SECRET.length; at++) expect(texts).not.toContain(SECRET.slice(at, at + 6));
    for (const piece of input.split(/[/?&=\s]+/).filter(part => part.length > 12))
      expect(texts).not.toContain(piece);
  });

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
    const pieces = fc.constantFrom(
      'otpauth://',
      'totp',
      'hotp',
      '/',
      '?',
      '&',
      '=',
      '%',
      ':',
      'secret',
      SECRET,
      '\n',
      'issuer',
    );
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
});
