import { PIN_TRIVIAL } from '@passfob/firmware/core/base/texts';
import { PIN_DIGITS_MAX, PIN_DIGITS_MIN } from '@passfob/protocol/limits';
import { trivialPin } from '@passfob/protocol/pins';
import { pinProblem } from '@passfob/service/subjects/users/pin';
import { makeRandomness } from '@passfob/simulator/base/randomness';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ascii, random } from '../../fob/conformance/owner.ts';
import { Chips } from '../../fob/simulation/kit/chips.ts';
import { Token } from '../../fob/simulation/kit/token.ts';
import { secret } from '../../kit/secrets.ts';
import { TRIVIAL_PINS } from '../../kit/trivial-pins.ts';

const trivial = (pin: string) => trivialPin(new Uint8Array(Buffer.from(pin)));
const padded = (pin: number, digits: number) => `${pin}`.padStart(digits, '0');

/** Returns the share of PINs with so many digits that are refused, of every `stride`-th. */
function refusedShare(digits: number, stride: number): number {
  let refused = 0;
  for (let pin = 0; pin < 10 ** digits; pin += stride) if (trivial(padded(pin, digits))) refused++;
  return (refused * stride) / 10 ** digits;
}

function adopted(): Token {
  const token = new Token(new Chips(makeRandomness(1, 'pins')));
  token.adopt(secret(random(64)), secret(random(16)));
  return token;
}

it('trivial PINs are 231 different ones, from the shortest to the longest', () => {
  expect(new Set(TRIVIAL_PINS).size).toBe(231);
  expect(TRIVIAL_PINS).toHaveLength(231);
  const lengths = TRIVIAL_PINS.map(pin => pin.length);
  expect(lengths).toEqual(expect.arrayContaining([4, 5, 6, 7, 8, 9, 10]));
  expect(Math.min(...lengths)).toBe(PIN_DIGITS_MIN);
  expect(Math.max(...lengths)).toBe(PIN_DIGITS_MAX);
  for (const pin of TRIVIAL_PINS) expect(pin).toMatch(/^[0-9]+$/);
});

it('the function of the image refuses all trivial PINs', () => {
  expect(TRIVIAL_PINS.filter(pin => !trivial(pin))).toEqual([]);
});

it('the fob refuses all trivial PINs at the choice of a PIN', () => {
  const { vault, lock } = adopted();
  for (const pin of TRIVIAL_PINS) {
    vault.policy.pinDigits = pin.length;
    expect(`${pin} ${lock.choose(ascii(pin))}`).toBe(`${pin} ${PIN_TRIVIAL}`);
  }
  expect(vault.hasPin).toBe(false);
});

it('the service refuses all trivial PINs', () => {
  expect(TRIVIAL_PINS.filter(pin => pinProblem(pin)?.code !== 'trivial_pin')).toEqual([]);
});

it('every run, every repeated block and every mirrored PIN is trivial, of any length', () => {
  const digit = fc.nat({ max: 9 });
  const length = fc.integer({ min: PIN_DIGITS_MIN, max: PIN_DIGITS_MAX });
  fc.assert(
    fc.property(digit, digit, length, (first, by, digits) => {
      const run = Array.from({ length: digits }, (_, i) => (first + i * by) % 10);
      expect(trivial(run.join(''))).toBe(true);
    }),
  );
  const block = fc.array(digit, { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(block, length, (digits, most) => {
      const times = Math.max(2, Math.floor(most / digits.length));
      const pin = digits.join('').repeat(Math.max(times, Math.ceil(PIN_DIGITS_MIN / digits.length)));
      if (pin.length <= PIN_DIGITS_MAX) expect(trivial(pin)).toBe(true);
    }),
  );
  fc.assert(
    fc.property(fc.array(digit, { minLength: 2, maxLength: 8 }), digits => {
      expect(trivial([...digits, ...[...digits].reverse()].join(''))).toBe(true);
    }),
  );
});

it('trivial PINs are few, so that most random ones are accepted', () => {
  expect(refusedShare(4, 1)).toBeLessThan(0.05);
  expect(refusedShare(5, 1)).toBeLessThan(0.015);
  expect(refusedShare(6, 1)).toBeLessThan(0.005);
  // Strides that divide no 10^n - 1 or 10^n + 1 with a small n, as refused PINs are often multiples of one.
  expect(refusedShare(7, 97)).toBeLessThan(0.002);
  expect(refusedShare(8, 997)).toBeLessThan(0.001);
});

it('4831, 9173, 20482, 739164 and 50391726 are not trivial', () => {
  for (const pin of ['4831', '9173', '20482', '739164', '50391726']) expect(trivial(pin)).toBe(false);
});

it('a PIN at the service has 4 to 16 decimal digits', () => {
  expect(pinProblem('4831')).toBeUndefined();
  expect(pinProblem('4831970265183746')).toBeUndefined();
  expect([pinProblem('483')?.code, pinProblem('')?.code]).toEqual(['bad_pin', 'bad_pin']);
  expect(pinProblem('48319702651837465')?.code).toBe('bad_pin');
  for (const pin of ['48 31', '4831 ', '48३१', 'abcd', '４８３１'])
    expect(pinProblem(pin)?.code).toBe('bad_pin');
});

it('a PIN at the service has as many digits as its policy requires, and the problem says how many', () => {
  expect(pinProblem('7304', 6)).toEqual({ code: 'bad_pin', text: 'A PIN has 6 to 16 digits.' });
  expect(pinProblem('73041', 6)?.code).toBe('bad_pin');
  expect(pinProblem('730419', 6)).toBeUndefined();
  expect(pinProblem('123456', 6)?.code).toBe('trivial_pin');
});
