import { KIND_OCRA } from '@passfob/protocol/account';
import { SHA1, SHA256, SHA512 } from '@passfob/protocol/primitives';
import fc from 'fast-check';
import type { Enrolment } from 'passfob/enrol/enrolment';
import { otpauthOf, parseOtpauth } from 'passfob/enrol/otpauth';
import { describe, expect, it } from 'vitest';
import { secret } from '../kit/secrets.ts';
import { account } from './accounts.ts';

/** 20 bytes, the secret of RFC 4226 appendix D, which everyone knows. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

/** The forms that libraries write; no standard defines them. */
const READ: [title: string, uri: string][] = [
  ...['suite', 'ocraSuite', 'ocrasuite'].map((name): [string, string] => [
    `OCRA by the parameter ${name}`,
    `otpauth://ocra/x?secret=${SECRET}&${name}=OCRA-1:HOTP-SHA256-8:C-QN08-PSHA1&counter=3`,
  ]),
  [
    'OCRA that says twice what it is, and a suite in lower case',
    `otpauth://ocra/x?secret=${SECRET}&suite=ocra-1%3Ahotp-sha256-8%3Ac-qn08-psha1&algorithm=SHA256&digits=8&counter=3`,
  ],
];

const REFUSED: [title: string, input: string, sentence: RegExp][] = [
  ['OCRA without a suite', `otpauth://ocra/x?secret=${SECRET}`, /has no suite/],
  [
    'OCRA with session data',
    `otpauth://ocra/x?secret=${SECRET}&suite=OCRA-1:HOTP-SHA1-6:QN08-S064`,
    /no OCRA|not an OCRA/,
  ],
  [
    'OCRA with other digits than its suite',
    `otpauth://ocra/x?secret=${SECRET}&suite=OCRA-1:HOTP-SHA1-6:QN08&digits=8`,
    /contradict its OCRA suite/,
  ],
  [
    'OCRA with another algorithm than its suite',
    `otpauth://ocra/x?secret=${SECRET}&suite=OCRA-1:HOTP-SHA1-6:QN08&algorithm=SHA256`,
    /contradict its OCRA suite/,
  ],
];

describe('otpauth URIs of OCRA accounts', () => {
  it.each(READ)('an OCRA URI is read: %s', (_, uri) => {
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
    const uri = `otpauth://ocra/x?secret=${SECRET}&counter=9&suite=OCRA-1:HOTP-SHA1-6:Q`;
    expect(parseOtpauth(`${uri}N08`)).toMatchObject({ counter: 0, warnings: [] });
    expect(parseOtpauth(uri.replace(':Q', ':C-QN08'))).toMatchObject({ counter: 9 });
  });

  it('an OCRA URI has a suite, which other accounts do not use', () => {
    const { kind, warnings } = parseOtpauth(
      `otpauth://totp/x?secret=${SECRET}&suite=OCRA-1:HOTP-SHA1-6:QN08`,
    );
    expect(kind).toBe(2);
    expect(warnings).toEqual([expect.stringContaining('OCRA suite')]);
  });

  it.each(REFUSED)('an OCRA URI is refused: %s', (_, input, sentence) => {
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
});
