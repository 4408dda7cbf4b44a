import type { AlgorithmName, Alphabet, TokenKind } from '../../base/kinds.ts';
import { tokenLimits } from '../../base/limits/tokens.ts';
import { nullable, number, oneOf, text, whole } from '../../base/shapes.ts';
import { consoleTexts } from '../../base/texts/console.ts';
import { texts } from '../../base/texts/texts.ts';
import { choice, defaulted, field, optional } from '../kit/field.ts';
import { algorithms, alphabets, isWhole, pinPlaces } from './facts.ts';

const kinds = [
  ['totp', 'By time (TOTP)'],
  ['hotp', 'By counter (HOTP)'],
] as const;

/** The kind of a policy's tokens: none makes tokens that answer questions. */
export const kind = choice(oneOf('hotp', 'totp'), { label: 'Kind', options: kinds }, 'bad_kind');
/** The kind of a token. */
export const tokenKind = optional(
  choice(
    oneOf('hotp', 'totp', 'ocra'),
    { label: 'Kind', options: [...kinds, ['ocra', 'Answers to questions (OCRA)']] },
    'bad_kind',
  ),
);

const algorithm = choice(
  oneOf(...algorithms),
  {
    label: 'Algorithm',
    options: [
      ['sha1', 'SHA-1'],
      ['sha256', 'SHA-256'],
      ['sha512', 'SHA-512'],
    ],
  },
  'bad_algorithm',
);
const alphabet = choice(
  oneOf(...alphabets),
  {
    label: 'Alphabet',
    options: [
      ['decimal', 'Decimal digits'],
      ['hex', 'Hexadecimal'],
      ['base32', 'Base32'],
      ['base64', 'Base64'],
    ],
  },
  'bad_alphabet',
);
/** Which of them are possible depends on the alphabet, too. */
const digits = field(
  whole(tokenLimits.charactersMin, tokenLimits.digitsMax),
  { label: 'Digits' },
  'bad_digits',
  within(tokenLimits.charactersMin, tokenLimits.digitsMax),
);
const period = field(
  whole(tokenLimits.periodMinSeconds, tokenLimits.periodMaxSeconds),
  { label: 'Period in seconds', hint: 'Only for tokens by time.' },
  'bad_period',
  within(tokenLimits.periodMinSeconds, tokenLimits.periodMaxSeconds),
);
export const lookAhead = field(
  whole(tokenLimits.lookAheadMin, tokenLimits.lookAheadMax),
  {
    label: 'Passcodes looked ahead',
    hint: `Only for tokens by counter, ${tokenLimits.lookAheadMin} to ${tokenLimits.lookAheadMax}: the service accepts this many passcodes from the next one on, because a user can show passcodes without logging in.`,
  },
  'bad_look_ahead',
  within(tokenLimits.lookAheadMin, tokenLimits.lookAheadMax),
);
/** Where a PIN is asked for, in words. */
export const pinLocations = [
  ['none', 'None'],
  ['fob', 'On the fob'],
  ['service', 'At the service'],
] as const;
const pinPlace = choice(oneOf(...pinPlaces), { label: 'PIN', options: pinLocations }, 'bad_pin_place');

/** How a token makes its passcodes, besides its kind. */
export const kindFields = {
  algorithm: defaulted(algorithm, 'sha1'),
  alphabet: defaulted(alphabet, 'decimal'),
  digits: defaulted(digits, tokenLimits.digitsDefault),
  period: defaulted(period, tokenLimits.periodDefaultSeconds),
  lookAhead: defaulted(lookAhead, tokenLimits.lookAheadDefault),
  pinPlace: defaulted(pinPlace, 'none'),
};

/** The same in answers. */
export const kindShapes = {
  kind: kind.shape,
  algorithm: algorithm.shape,
  alphabet: alphabet.shape,
  digits: number,
  periodSeconds: nullable(number),
  pinPlace: pinPlace.shape,
  lookAhead: nullable(number),
} as const;

const issuer = field(
  text(tokenLimits.issuerMaxBytes),
  { label: 'Issuer' },
  'bad_issuer',
  upTo(tokenLimits.issuerMaxBytes),
);
const label = field(
  text(tokenLimits.labelMaxBytes),
  { label: 'Label' },
  'bad_label',
  upTo(tokenLimits.labelMaxBytes),
);
/** What a token is called on a fob. */
export const nameFields = { issuer: optional(issuer), label: optional(label) };

export function within(least: number, most: number) {
  return (given: number) => (isWhole(given, least, most) ? given : undefined);
}

function upTo(bytes: number) {
  return (given: string) => (Buffer.byteLength(given) <= bytes ? given : undefined);
}

/** Describes a token's kind in a few words. */
export function formatKind(token: {
  readonly kind: TokenKind;
  readonly algorithm: AlgorithmName;
  readonly alphabet: Alphabet;
  readonly digits: number;
  readonly periodSeconds: number | null;
}): string {
  const { alphabet, digits } = token;
  const parts = [
    token.kind.toUpperCase(),
    token.algorithm.toUpperCase().replace('SHA', 'SHA-'),
    alphabet === 'decimal' ? texts.operator.digits(digits) : consoleTexts.characters(digits, alphabet),
  ];
  if (token.periodSeconds !== null) parts.push(texts.operator.seconds(token.periodSeconds));
  return parts.join(', ');
}
