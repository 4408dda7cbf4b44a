import { KIND_TOTP, type Kind } from '@passfob/protocol/account';
import {
  CHARACTERS_MIN,
  COUNTER_LAST,
  COUNTER_MAX,
  DIGITS_MAX,
  DIGITS_MIN,
  NAME_BYTES_MAX,
  PERIOD_SECONDS_MAX,
  PERIOD_SECONDS_MIN,
  SECRET_BYTES_MAX,
  SECRET_BYTES_MIN,
} from '@passfob/protocol/limits';
import type { OcraSuite } from '@passfob/protocol/ocra';
import type { Algorithm } from '@passfob/protocol/primitives';
import { FobError } from '../errors.ts';
import type { AlphabetName } from './alphabets.ts';

/** An account to write to a fob. */
export interface Enrolment {
  readonly kind: Kind;
  readonly algorithm: Algorithm;
  /** Characters of a passcode. */
  readonly digits: number;
  readonly alphabet: AlphabetName;
  /** Seconds; 0 for all kinds except TOTP. */
  readonly period: number;
  /** The next counter of HOTP, or of OCRA with a counter in its suite; otherwise 0. */
  readonly counter: number;
  /** OCRA only (RFC 6287 §6); determines algorithm and digits. */
  readonly suite?: OcraSuite;
  readonly issuer: string;
  readonly label: string;
  readonly secret: Uint8Array;
  /** Sentences for the person, without the secret: assumptions made and parts ignored. */
  readonly warnings: readonly string[];
}

/**
 * Makes an error for input that a person can correct. The texts never repeat input that could be, or contain, the
 * secret.
 */
export function badInput(sentence: string, next: string): FobError {
  return new FobError('bad-input', { sentence, next });
}

/** Control characters would move the cursor; direction marks would reorder text read aloud from a screen. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** @throws FobError `bad-input` for a name that a fob cannot store or show */
export function checkName(what: 'issuer' | 'label' | 'service' | 'user', name: string): void {
  if (UNPRINTABLE.test(name)) {
    throw badInput(
      `The ${what} holds a character that cannot be shown.`,
      `Remove control characters from the ${what}.`,
    );
  }
  const excess = new TextEncoder().encode(name).length - NAME_BYTES_MAX;
  if (excess > 0) {
    const unit = excess === 1 ? 'byte' : 'bytes';
    throw badInput(
      `The ${what} is ${excess} ${unit} too long: a fob keeps ${NAME_BYTES_MAX} bytes of UTF-8.`,
      `Shorten the ${what} by ${excess} ${unit}; letters of plain English are 1 byte, others 2 to 4.`,
    );
  }
}

function checkSecretLength(length: number): void {
  if (length === 0) {
    throw badInput('The secret is empty.', 'Ask the service for a new code or URI that has one.');
  }
  if (length < SECRET_BYTES_MIN || length > SECRET_BYTES_MAX) {
    throw badInput(
      `The secret has ${length} bytes; a fob takes ${SECRET_BYTES_MIN} to ${SECRET_BYTES_MAX}.`,
      length < SECRET_BYTES_MIN
        ? 'Check that the secret is complete, or ask the service for a longer one.'
        : 'Ask the service for a shorter secret; 20 to 64 bytes are usual.',
    );
  }
}

function checkPasscode({ digits, alphabet, suite }: Enrolment): void {
  // A suite's limits were checked when it was read.
  if (suite !== undefined) return;
  const least = alphabet === 'decimal' ? DIGITS_MIN : CHARACTERS_MIN;
  if (Number.isInteger(digits) && digits >= least && digits <= DIGITS_MAX) return;
  const unit = alphabet === 'decimal' ? 'digits' : 'characters';
  throw badInput(
    `Passcodes of ${digits} ${unit} are asked for; a fob makes ${least} to ${DIGITS_MAX}.`,
    `Set the account up with ${least} to ${DIGITS_MAX} ${unit}.`,
  );
}

/**
 * Returns the enrolment if a fob can hold it.
 * @throws FobError `bad-input`
 */
export function checkEnrolment(enrolment: Enrolment): Enrolment {
  const { kind, period, counter } = enrolment;
  checkPasscode(enrolment);
  const periodFits = period >= PERIOD_SECONDS_MIN && period <= PERIOD_SECONDS_MAX;
  if (kind === KIND_TOTP && !(Number.isInteger(period) && periodFits)) {
    throw badInput(
      `A period of ${period} seconds is asked for; a fob takes ${PERIOD_SECONDS_MIN} to ${PERIOD_SECONDS_MAX}.`,
      `Set the account up with a period of ${PERIOD_SECONDS_MIN} to ${PERIOD_SECONDS_MAX} seconds; 30 is usual.`,
    );
  }
  if (!Number.isInteger(counter) || counter < 0 || counter > COUNTER_LAST) {
    throw badInput(
      counter === COUNTER_MAX
        ? 'The counter is at its very end: no passcode is left for it.'
        : `The counter is outside what a fob counts: 0 to ${COUNTER_LAST}.`,
      'Set the account up anew, so that its counter starts at 0.',
    );
  }
  checkSecretLength(enrolment.secret.length);
  checkName('issuer', enrolment.issuer);
  checkName('label', enrolment.label);
  return enrolment;
}
