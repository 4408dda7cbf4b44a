const ascii = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
const DIGITS = '1234567890';

/** RFC 4226 appendix D: a public key, so no secret. */
export const RFC4226_KEY = ascii(DIGITS.repeat(2));
export const RFC4226 = '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'.split(' ');

const KEYS = [20, 32, 64].map(length => ascii(DIGITS.repeat(7).slice(0, length)));
const TABLE: readonly [number, string, string, string][] = [
  [59, '94287082', '46119246', '90693936'],
  [1111111109, '07081804', '68084774', '25091201'],
  [1111111111, '14050471', '67062674', '99943326'],
  [1234567890, '89005924', '91819424', '93441116'],
  [2000000000, '69279037', '90698825', '38618901'],
  [20000000000, '65353130', '77737706', '47863826'],
];

/** RFC 6238 appendix B, by algorithm 1 to 3, times in rising order. */
export const RFC6238 = KEYS.map((key, i) => ({
  algorithm: i + 1,
  key,
  codes: TABLE.map(([utc, ...codes]) => ({ utc, code: codes[i] ?? '' })),
}));

/** Usages of the keypad, 1 to 9 and 0, and their digits (HID Usage Tables §10). */
export const DIGIT_OF_KEY = new Map(Array.from(DIGITS, (digit, at) => [0x59 + at, digit]));
