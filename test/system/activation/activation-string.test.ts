import fc from 'fast-check';
import {
  type Activation,
  activationString,
  inGroups,
  readActivationString,
} from 'passfob/activation/activation-string';
import { CODE_BYTES, FINGERPRINT_BYTES } from 'passfob/activation/limits';
import { isFobError } from 'passfob/errors';
import { expect, it } from 'vitest';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
// A label that begins like an internationalised name (RFC 5891 §4.2.3.1) has to be a valid one.
const label = fc
  .stringMatching(/^[a-z]([a-z0-9-]{0,10}[a-z0-9])?$/)
  .filter(text => text.slice(2, 4) !== '--');
const host = fc.tuple(
  fc.array(label, { minLength: 1, maxLength: 5 }),
  fc.option(fc.integer({ min: 1, max: 65_535 })),
);
const service = host
  .map(([labels, port]) => `https://${labels.join('.')}.org${port === null ? '' : `:${port}`}`)
  .map(text => new URL(text).origin);
const activations: fc.Arbitrary<Activation> = fc.record({
  service,
  code: bytes(CODE_BYTES),
  fingerprint: bytes(FINGERPRINT_BYTES),
});
const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';

function isRefused(typed: string): boolean {
  try {
    readActivationString(typed);
    return false;
  } catch (error) {
    if (isFobError(error, 'bad-input')) return true;
    throw error;
  }
}

it('an activation string reads back as it was written', () => {
  fc.assert(
    fc.property(activations, given => {
      expect(readActivationString(activationString(given))).toEqual(given);
    }),
  );
});

it('an activation string has exactly these characters (golden)', () => {
  const code = Uint8Array.from({ length: CODE_BYTES }, (_, index) => index);
  const fingerprint = Uint8Array.from({ length: FINGERPRINT_BYTES }, (_, index) => 0xf0 + index);
  expect(
    activationString({ service: 'https://tokens.example.org', code, fingerprint }),
  ).toMatchInlineSnapshot(
    `"pf1qqqqzqsrqszsvpcgpy9qkrqdpc8lpu0j7060tahhlrul47lulhl07ar0ddjkuuewv4uxzmtsd3jjummjvu8wdzks"`,
  );
});

it('every wrong character and every swap of neighbours is detected, in 1,000 strings at all positions', () => {
  const random = fc.sample(fc.tuple(activations, fc.integer({ min: 1, max: 31 })), 1000);
  for (const [given, shift] of random) {
    const text = activationString(given);
    const start = text.indexOf('1') + 1;
    for (let at = 0; at < text.length; at++) {
      const right = text.charAt(at);
      const wrong =
        at < start
          ? ALPHABET.charAt((right.charCodeAt(0) + shift) % 32).replace(right, '1')
          : ALPHABET.charAt((ALPHABET.indexOf(right) + shift) % 32);
      if (wrong !== right && !isRefused(text.slice(0, at) + wrong + text.slice(at + 1)))
        expect.fail(`a wrong character ${at} was not seen`);
      const next = text.charAt(at + 1);
      if (next !== '' && next !== right && !isRefused(text.slice(0, at) + next + right + text.slice(at + 2)))
        expect.fail(`a swap at ${at} was not seen`);
    }
  }
});

it('an activation string is read in any case, with spaces, dashes, line breaks and invisible characters, and from a link', () => {
  const between = fc.constantFrom(
    '',
    ' ',
    '-',
    '\n',
    '\r\n',
    '\t',
    '\u00a0',
    '\u200b',
    '\u2011',
    '\u2013',
    '\u00ad',
    '\ufeff',
  );
  fc.assert(
    fc.property(
      activations,
      fc.array(fc.tuple(between, fc.boolean()), { minLength: 400, maxLength: 400 }),
      (given, noise) => {
        const text = activationString(given);
        const typed = [...text].map((char, at) => {
          const [filler, isUpper] = noise[at % noise.length] as [string, boolean];
          return filler + (isUpper ? char.toUpperCase() : char);
        });
        expect(readActivationString(typed.join(''))).toEqual(given);
        expect(readActivationString(inGroups(text.toUpperCase()))).toEqual(given);
        expect(readActivationString(`${given.service}/activate#${text}`)).toEqual(given);
      },
    ),
  );
});

it('an activation string with a hostile address inside is refused', () => {
  const code = new Uint8Array(CODE_BYTES);
  const fingerprint = new Uint8Array(FINGERPRINT_BYTES);
  for (const service of [
    'http://tokens.example.org',
    'https://user:word@tokens.example.org',
    'https://tokens.example.org/path',
    'https://tokens.example.org:443',
    'https://TOKENS.example.org',
    'https://tokens.example.org?x',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'https://',
  ])
    expect(() => activationString({ service, code, fingerprint }), service).toThrow('address');
  expect(
    readActivationString(activationString({ service: 'http://127.0.0.1:8080', code, fingerprint })).service,
  ).toBe('http://127.0.0.1:8080');
});

it('a text that is no activation string is refused', () => {
  fc.assert(fc.property(fc.string({ maxLength: 300 }), typed => isRefused(typed)));
  for (const typed of ['', 'pf1', '#', 'A'.repeat(5000)]) expect(isRefused(typed)).toBe(true);
});
