import type { AlgorithmName, Alphabet, PinPlace, TokenKind } from '../../base/kinds.ts';
import { tokenLimits } from '../../base/limits/tokens.ts';
import { isChecked, parseSuite } from '../../base/ocra-suite.ts';

export const algorithms = ['sha1', 'sha256', 'sha512'] as const satisfies readonly AlgorithmName[];
export const alphabets = ['decimal', 'hex', 'base32', 'base64'] as const satisfies readonly Alphabet[];
export const pinPlaces = ['none', 'fob', 'service'] as const satisfies readonly PinPlace[];

/** How a token makes its passcodes. Defaults are those of the Key URI Format. */
export interface TokenFacts {
  readonly kind: TokenKind;
  /** Default SHA-1 (RFC 4226 §5.3). */
  readonly algorithm?: AlgorithmName;
  /** Default decimal. */
  readonly alphabet?: Alphabet;
  /** 6 to 8 decimal digits, default 6; 5 to 8 characters of another alphabet. */
  readonly digits?: number;
  /** Seconds, 10 to 300, default 30; TOTP only. */
  readonly period?: number;
  /** Default none. */
  readonly pinPlace?: PinPlace;
  /** HOTP only: counters from the next one on that are accepted, 1 to 100, default 10. */
  readonly lookAhead?: number;
  /** Required for OCRA, and only used there (`ocra-suite.ts`): it defines algorithm and digits. */
  readonly suite?: string;
}

/** Whether a number is whole and within its bounds. */
export function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

/** Returns why such a token is not possible, or undefined. */
export function problemOfFacts(given: TokenFacts) {
  return given.kind === 'ocra' ? problemOfOcra(given) : problemOfPlainFacts(given);
}

function problemOfPlainFacts(given: TokenFacts) {
  const {
    alphabet = 'decimal',
    digits = tokenLimits.digitsDefault,
    period = tokenLimits.periodDefaultSeconds,
  } = given;
  if (given.kind !== 'hotp' && given.kind !== 'totp') return 'bad_kind';
  if (!algorithms.includes(given.algorithm ?? 'sha1')) return 'bad_algorithm';
  if (!alphabets.includes(alphabet)) return 'bad_alphabet';
  if (!isWhole(digits, fewestDigits(alphabet), tokenLimits.digitsMax)) return 'bad_digits';
  if (!isWhole(period, tokenLimits.periodMinSeconds, tokenLimits.periodMaxSeconds)) return 'bad_period';
  if (!pinPlaces.includes(given.pinPlace ?? 'none')) return 'bad_pin_place';
  const { lookAhead = tokenLimits.lookAheadDefault } = given;
  return isWhole(lookAhead, tokenLimits.lookAheadMin, tokenLimits.lookAheadMax)
    ? undefined
    : 'bad_look_ahead';
}

export function fewestDigits(alphabet: Alphabet): number {
  return alphabet === 'decimal' ? tokenLimits.digitsMin : tokenLimits.charactersMin;
}

/** A suite defines everything except a PIN at the service, which is possible only if the suite includes none. */
function problemOfOcra({ suite = '', pinPlace = 'none' }: TokenFacts) {
  if (!isChecked(parseSuite(suite))) return 'bad_suite';
  return pinPlaces.includes(pinPlace) ? undefined : 'bad_pin_place';
}

/** Whether a token has a counter. */
export function isCounted({ kind, suite = '' }: TokenFacts): boolean {
  return kind === 'hotp' || (kind === 'ocra' && parseSuite(suite)?.isCounted === true);
}

/** Returns the same facts as columns of a row or a policy. */
export function columnsOf<K extends TokenKind>(given: TokenFacts & { readonly kind: K }) {
  const suite = given.kind === 'ocra' ? parseSuite(given.suite ?? '') : undefined;
  const facts: TokenFacts & { readonly kind: K } =
    suite === undefined
      ? given
      : { ...given, algorithm: suite.algorithm, digits: suite.digits, alphabet: 'decimal' };
  return {
    kind: facts.kind,
    algorithm: facts.algorithm ?? 'sha1',
    alphabet: facts.alphabet ?? 'decimal',
    digits: facts.digits ?? tokenLimits.digitsDefault,
    period_seconds: facts.kind === 'totp' ? (facts.period ?? tokenLimits.periodDefaultSeconds) : null,
    pin_place: facts.pinPlace ?? 'none',
    look_ahead: facts.lookAhead ?? tokenLimits.lookAheadDefault,
  } as const;
}
