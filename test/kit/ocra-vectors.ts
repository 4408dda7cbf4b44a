/**
 * RFC 6287 appendix C, all of it: one-way (C.1), mutual (C.2) and plain signatures (C.3). The PIN is 1234; the key is
 * the ten digits from 1 to 0, repeated to the length of the hash: 20, 32 or 64 bytes of ASCII.
 */

/** Seconds since 1970 of 25 March 2008, 12:06:30 UTC, whose minute 132d0b6 is that of the vectors. */
export const OCRA_UTC = 1206446790;
export const OCRA_PIN = '1234';

/** One passcode of the appendix. Where the suite has a counter, the questions count from 0. */
export interface OcraVector {
  readonly suite: string;
  readonly question: string;
  readonly counter: number;
  readonly passcode: string;
}

const EIGHTS = Array.from({ length: 10 }, (_, digit) => `${digit}`.repeat(8));
const FIVES = EIGHTS.slice(0, 5);
const mutual = (first: string, second: string) => [0, 1, 2, 3, 4].map(i => `${first}${i}${second}${i}`);

const TABLE: readonly (readonly [suite: string, questions: readonly string[], passcodes: string])[] = [
  [
    'OCRA-1:HOTP-SHA1-6:QN08',
    EIGHTS,
    '237653 243178 653583 740991 608993 388898 816933 224598 750600 294470',
  ],
  [
    'OCRA-1:HOTP-SHA256-8:C-QN08-PSHA1',
    EIGHTS.map(() => '12345678'),
    '65347737 86775851 78192410 71565254 10104329 65983500 70069104 91771096 75011558 08522129',
  ],
  ['OCRA-1:HOTP-SHA256-8:QN08-PSHA1', FIVES, '83238735 01501458 17957585 86776967 86807031'],
  [
    'OCRA-1:HOTP-SHA512-8:C-QN08',
    EIGHTS,
    '07016083 63947962 70123924 25341727 33203315 34205738 44343969 51946085 20403879 31409299',
  ],
  ['OCRA-1:HOTP-SHA512-8:QN08-T1M', FIVES, '95209754 55907591 22048402 24218844 36209546'],
  ['OCRA-1:HOTP-SHA256-8:QA08', mutual('CLI2222', 'SRV1111'), '28247970 01984843 65387857 03351211 83412541'],
  ['OCRA-1:HOTP-SHA256-8:QA08', mutual('SRV1111', 'CLI2222'), '15510767 90175646 33777207 95285278 28934924'],
  ['OCRA-1:HOTP-SHA512-8:QA08', mutual('CLI2222', 'SRV1111'), '79496648 76831980 12250499 90856481 12761449'],
  [
    'OCRA-1:HOTP-SHA512-8:QA08-PSHA1',
    mutual('SRV1111', 'CLI2222'),
    '18806276 70020315 01600026 18951020 32528969',
  ],
  [
    'OCRA-1:HOTP-SHA256-8:QA08',
    [0, 1, 2, 3, 4].map(i => `SIG1${i}000`),
    '53095496 04110475 31331128 76028668 46554205',
  ],
  [
    'OCRA-1:HOTP-SHA512-8:QA10-T1M',
    [0, 1, 2, 3, 4].map(i => `SIG1${i}00000`),
    '77537423 31970405 10235557 95213541 65360607',
  ],
];

export const OCRA_VECTORS: readonly OcraVector[] = TABLE.flatMap(([suite, questions, passcodes]) =>
  passcodes.split(' ').map((passcode, i) => ({
    suite,
    question: questions[i] ?? '',
    counter: suite.includes(':C-') ? i : 0,
    passcode,
  })),
);
