/**
 * Numbers to text as Espruino makes it (jsutils.c, `ftoa_bounded_extra`), with its errors: at most 11 digits after the
 * point, none that is worth less than a ten-millionth of its place, and one that repeated division has made inexact.
 */

import { NUMBER_CHARS_MAX, NUMBER_DECIMALS_MAX } from '../../base/limits.ts';

const STOP_AT_ERROR = 0.0000001;
const FRACTION_DIGITS = 11;
const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz';
const INT_END = 2 ** 31;

/** Scales a number that is written with an exponent to one digit before the point. */
function scaled(number: number): { value: number; exponent: number } {
  let value = number;
  let exponent = 0;
  if (value >= 1e21) {
    for (; value > 100000; exponent += 5) value /= 100000;
    for (; value > 10; exponent++) value /= 10;
  } else if (value < 1e-6) {
    for (; value < 1e-5; exponent -= 5) value *= 100000;
    for (; value < 1; exponent--) value *= 10;
  }
  return { value, exponent };
}

function wholeDigits(number: number, radix: number): { digits: string; rest: number } {
  let rest = number;
  let digits = '';
  let place = 1;
  while (place * radix <= rest) place *= radix;
  for (; place >= 1; place /= radix) {
    const digit = Math.trunc(rest / place);
    rest -= digit * place;
    digits += DIGITS[digit] ?? '?';
  }
  return { digits, rest };
}

/** @param decimals -1 for as many as there are */
function fraction(number: number, radix: number, decimals: number): string {
  if (decimals < 0 ? number <= 0 : decimals === 0) return '';
  let rest = number * radix;
  let digits = '';
  const isOver = (written: number) =>
    decimals < 0 ? written === FRACTION_DIGITS || rest <= STOP_AT_ERROR : written === decimals;
  for (let written = 0; !isOver(written); written++) {
    const isLast = written === decimals - 1;
    const digit = Math.trunc(rest + (isLast ? 0.5 : 0.00000001));
    rest = (rest - digit) * radix;
    digits += DIGITS[Math.min(digit, radix - 1)] ?? '?';
  }
  return digits === '' ? '' : `.${digits}`;
}

/**
 * Returns the text of a number.
 * @param decimals as of `toFixed`; default: as many as `toString` writes
 */
export function numberText(number: number, radix = 10, decimals = -1): string {
  if (!Number.isFinite(number)) return String(number);
  const sign = number < 0 ? '-' : '';
  const { value, exponent } =
    radix === 10 && number !== 0 && decimals < 0
      ? scaled(Math.abs(number))
      : { value: Math.abs(number), exponent: 0 };
  const isAlmostNext = value < INT_END && Math.trunc(value + STOP_AT_ERROR) === Math.trunc(value) + 1;
  const { digits, rest } = wholeDigits(isAlmostNext ? Math.trunc(value) + 1 : value, radix);
  const text = `${sign}${digits}${fraction(rest, radix, decimals)}`;
  const tail = exponent === 0 ? '' : `e${exponent > 0 ? '+' : ''}${exponent}`;
  return text.slice(0, NUMBER_CHARS_MAX) + tail;
}

/** `Number.prototype.toFixed` */
export function fixedText(number: number, decimals: number): string {
  return numberText(number, 10, Math.min(Math.max(Math.trunc(decimals) || 0, 0), NUMBER_DECIMALS_MAX));
}
