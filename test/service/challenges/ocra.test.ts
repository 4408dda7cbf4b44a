import { Hmac } from '@passfob/protocol/hmac';
import { ocra, ocraSuiteText } from '@passfob/protocol/ocra';
import type { Algorithm } from '@passfob/protocol/primitives';
import { ocraPasscode } from '@passfob/service/base/ocra';
import { isChecked, parseSuite, type Suite } from '@passfob/service/base/ocra-suite';
import fc from 'fast-check';
import { hostPrimitives } from 'passfob/client/primitives';
import { describe, expect, it } from 'vitest';
import { broken, suiteByGrammar, suites } from '../../kit/ocra-suites.ts';
import { OCRA_PIN, OCRA_UTC, OCRA_VECTORS } from '../../kit/ocra-vectors.ts';

function suiteOf(text: string): Suite {
  const suite = parseSuite(text);
  if (suite === undefined) throw new Error(`no suite: ${text}`);
  return suite;
}

const KEY_BYTES = { sha1: 20, sha256: 32, sha512: 64 } as const;

describe('RFC 6287 appendix C', () => {
  it.each(OCRA_VECTORS)('$suite over $question', ({ suite: text, question, counter, passcode }) => {
    const suite = suiteOf(text);
    const key = Buffer.from('1234567890'.repeat(7).slice(0, KEY_BYTES[suite.algorithm]));
    const step = Math.floor(OCRA_UTC / (suite.periodSeconds ?? 1));
    expect(ocraPasscode(suite, key, { question, counter, step, pin: OCRA_PIN })).toBe(passcode);
  });
});

const CHARACTERS = ['0123456789', ' !"#$%&@AZ[`az{~09', '0123456789abcdefABCDEF'] as const;
const asked = suites.chain(suite =>
  fc.record({
    suite: fc.constant(suite),
    question: fc
      .array(fc.constantFrom(...(CHARACTERS[suite.question] ?? '')), { minLength: 1, maxLength: 64 })
      .map(letters => letters.join('')),
  }),
);

it('the service agrees with the fob about every suite, question, counter, PIN and time', () => {
  const inputs = fc.record({
    counter: fc.maxSafeNat(),
    pin: fc.stringMatching(/^[0-9]{4,16}$/),
    utc: fc.integer({ min: 0, max: 0xffffffff }),
    key: fc.uint8Array({ minLength: 16, maxLength: 150 }),
  });
  fc.assert(
    fc.property(asked, inputs, ({ suite, question }, { counter, pin, utc, key }) => {
      const mine = suiteOf(ocraSuiteText(suite));
      const step = Math.floor(utc / (mine.periodSeconds ?? 1));
      const hmac = new Hmac(hostPrimitives, suite.algorithm as Algorithm, key);
      const bytes = (text: string) => new Uint8Array(Buffer.from(text));
      const fobs = ocra(hostPrimitives, hmac, suite, bytes(question), counter, bytes(pin), utc);
      expect(ocraPasscode(mine, key, { question, counter, step, pin })).toBe(fobs);
    }),
    { numRuns: 300 },
  );
});

it('the service reads exactly the suites that an independent reader reads', () => {
  const hashes = [null, 'sha1', 'sha256', 'sha512'];
  const written = suites.map(ocraSuiteText);
  const steps = ['0S', '59S', '60S', '59M', '60M', '48H', '49H', '1D', '01M'];
  fc.assert(
    fc.property(fc.oneof(written, broken(written)), text => {
      const read = suiteByGrammar(text);
      expect(parseSuite(text)).toEqual(
        read && {
          text,
          algorithm: hashes[read.algorithm],
          digits: read.digits,
          isCounted: read.inputs % 2 === 1,
          format: 'NAH'.charAt(read.question),
          questionLength: read.length,
          pinHash: hashes[(read.inputs >> 1) & 3],
          periodSeconds: read.inputs < 8 ? null : read.step * 60 ** ((read.inputs >> 3) - 1),
        },
      );
    }),
    { numRuns: 2_000, examples: steps.map(step => [`OCRA-1:HOTP-SHA1-6:QN08-T${step}`]) },
  );
});

it('suites with an unknown PIN or a guessable answer are refused', () => {
  const checked = (rest: string) => isChecked(parseSuite(`OCRA-1:HOTP-SHA1-${rest}`));
  expect(checked('6:QN08')).toBe(true);
  expect(checked('10:C-QH64-T1M')).toBe(true);
  expect(checked('5:QN08')).toBe(false);
  expect(checked('6:QN05')).toBe(false);
  expect(checked('6:QN08-PSHA1')).toBe(false);
  expect(checked('6:QN08-S064')).toBe(false);
});
