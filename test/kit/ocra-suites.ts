import type { OcraSuite } from '@passfob/protocol/ocra';
import fc from 'fast-check';

/** A second reader of OCRA suites, which tests the protocol's, and suites to try both with. */

const HASH = 'SHA(1|256|512)';
const SUITE = new RegExp(
  `^OCRA-1:HOTP-${HASH}-([4-9]|10):(C-)?Q([NAH])(0[4-9]|[1-5][0-9]|6[0-4])(?:-P${HASH})?(?:-T([1-9][0-9]?)([SMH]))?$`,
);
/** The protocol's numbers are indexes of these lists; none is 0. */
const HASHES = [undefined, '1', '256', '512'];
const FORMATS = ['N', 'A', 'H'];
const UNITS = [undefined, 'S', 'M', 'H'];

/**
 * Reads a suite by one regular expression over the grammar of RFC 6287 §6.
 * @returns undefined for any other text
 */
export function suiteByGrammar(text: string): OcraSuite | undefined {
  const [, hash, digits, counter, format, length, pin, step, unit] = SUITE.exec(text) ?? [];
  if (hash === undefined) return undefined;
  if (Number(step ?? 0) > (unit === 'H' ? 48 : 59)) return undefined;
  return {
    algorithm: HASHES.indexOf(hash),
    digits: Number(digits),
    question: FORMATS.indexOf(format ?? ''),
    length: Number(length),
    inputs: (counter === undefined ? 0 : 1) + 2 * HASHES.indexOf(pin) + 8 * UNITS.indexOf(unit),
    step: Number(step ?? 0),
  };
}

/** Every valid suite. */
export const suites: fc.Arbitrary<OcraSuite> = fc
  .record({
    algorithm: fc.integer({ min: 1, max: 3 }),
    digits: fc.integer({ min: 4, max: 10 }),
    question: fc.integer({ min: 0, max: 2 }),
    length: fc.integer({ min: 4, max: 64 }),
    counted: fc.nat({ max: 1 }),
    pin: fc.nat({ max: 3 }),
    unit: fc.nat({ max: 3 }),
    step: fc.integer({ min: 1, max: 48 }),
  })
  .map(({ counted, pin, unit, step, ...suite }) => ({
    ...suite,
    inputs: counted + 2 * pin + 8 * unit,
    step: unit === 0 ? 0 : step,
  }));

/** Replaces one character of a text by another, or by several. */
export function broken(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(texts, fc.nat({ max: 40 }), fc.constantFrom('', '0', '9', '-', 'S', 'C-', 'T1M', 'QN08', ':'))
    .map(([text, at, put]) => text.slice(0, at) + put + text.slice(at + 1));
}
