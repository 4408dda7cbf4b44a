import { type KIND_HOTP, KIND_OCRA, KIND_TOTP } from '@passfob/protocol/account';
import type { OcraSuite } from '@passfob/protocol/ocra';
import { type Algorithm, SHA1, SHA256, SHA512 } from '@passfob/protocol/primitives';
import type { AlphabetName } from './alphabets.ts';
import { checkEnrolment, type Enrolment } from './enrolment.ts';
import { CHARACTERS_DEFAULT, DIGITS_DEFAULT, PERIOD_SECONDS_DEFAULT } from './limits.ts';

export interface SeedOptions {
  /** Default: TOTP. */
  readonly kind?: typeof KIND_HOTP | typeof KIND_TOTP;
  /** Makes it an OCRA account with the algorithm and digits of the suite. */
  readonly suite?: OcraSuite;
  /** Default: SHA-1, which every service accepts. */
  readonly algorithm?: Algorithm;
  readonly digits?: number;
  /** Default: decimal, which every service accepts. */
  readonly alphabet?: AlphabetName;
  /** Seconds; ignored for HOTP. */
  readonly period?: number;
  readonly issuer?: string;
  readonly label: string;
}

/** As many bytes as the hash's output (RFC 4226 §4 R6, RFC 6238 §5.1). */
const SEED_BYTES: Record<Algorithm, number> = { [SHA1]: 20, [SHA256]: 32, [SHA512]: 64 };

/**
 * Makes an account with a new secret.
 * @param randomBytes a cryptographic source of randomness
 * @throws FobError `bad-input` for options that no fob accepts
 */
export function freshSeed(options: SeedOptions, randomBytes: (length: number) => Uint8Array): Enrolment {
  const { suite } = options;
  if (suite !== undefined) return freshOcraSeed(options, suite, randomBytes);
  const kind = options.kind ?? KIND_TOTP;
  const algorithm = options.algorithm ?? SHA1;
  const alphabet = options.alphabet ?? 'decimal';
  return checkEnrolment({
    kind,
    algorithm,
    digits: options.digits ?? (alphabet === 'decimal' ? DIGITS_DEFAULT : CHARACTERS_DEFAULT),
    alphabet,
    period: kind === KIND_TOTP ? (options.period ?? PERIOD_SECONDS_DEFAULT) : 0,
    ...beginning(options),
    secret: randomBytes(SEED_BYTES[algorithm]),
  });
}

function beginning({ issuer = '', label }: SeedOptions) {
  return { counter: 0, issuer, label, warnings: [] };
}

function freshOcraSeed(
  options: SeedOptions,
  suite: OcraSuite,
  randomBytes: (length: number) => Uint8Array,
): Enrolment {
  const algorithm = suite.algorithm as Algorithm;
  return checkEnrolment({
    kind: KIND_OCRA,
    algorithm,
    digits: suite.digits,
    alphabet: 'decimal',
    period: 0,
    ...beginning(options),
    suite,
    secret: randomBytes(SEED_BYTES[algorithm]),
  });
}
