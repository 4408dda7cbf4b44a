import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostPrimitives as primitives } from '../../host/client/primitives.ts';
import { Hmac } from '../../protocol/hmac.ts';
import { COUNTER_MAX } from '../../protocol/limits.ts';
import { type OcraSuite, ocra, ocraSuiteText, questionBytes } from '../../protocol/ocra.ts';
import { parseOcraSuite } from '../../protocol/ocra-suite.ts';
import type { Algorithm } from '../../protocol/primitives.ts';
import { OCRA_PIN, OCRA_UTC, OCRA_VECTORS } from '../conformance/ocra-vectors.ts';
import { secret } from '../kit/secrets.ts';

const ascii = (text: string) => new Uint8Array(Buffer.from(text));
const NAMES = ['', 'sha1', 'sha256', 'sha512'];

function suiteOf(text: string): OcraSuite {
  const suite = parseOcraSuite(text);
  if (!suite) throw new Error(`the test names a suite that is not one: ${text}`);
  return suite;
}

/** The keys of RFC 6287 appendix C: the digits again and again, as long as the hash. */
function keyOf(algorithm: number): Hmac {
  const length = [0, 20, 32, 64][algorithm] ?? 0;
  return new Hmac(primitives, algorithm as Algorithm, ascii('1234567890'.repeat(7).slice(0, length)));
}

function passcode(text: string, question: string, counter = 0): string | undefined {
  const suite = suiteOf(text);
  return ocra(primitives, keyOf(suite.algorithm), suite, ascii(question), counter, ascii(OCRA_PIN), OCRA_UTC);
}

describe('RFC 6287 appendix C', () => {
  it.each(OCRA_VECTORS)('%s', (suite, questions, passcodes) => {
    // Where the suite has a counter, the vectors count from 0.
    expect(questions.map((question, i) => passcode(suite, question, i))).toEqual(passcodes.split(' '));
  });
});
