import { KIND_HOTP, KIND_OCRA, KIND_TOTP, type Kind } from '@passfob/protocol/account';
import { type Algorithm, SHA1 } from '@passfob/protocol/primitives';
import { algorithmNamed } from '../../enrol/algorithms.ts';
import { badInput, checkEnrolment, type Enrolment } from '../../enrol/enrolment.ts';
import { DECIMALS_MAX, DIGITS_DEFAULT, PERIOD_SECONDS_DEFAULT } from '../../enrol/limits.ts';
import { readOcraSuite } from '../../enrol/ocra.ts';
import { steam } from '../../enrol/uri-parts.ts';
import { readSecret, type WrittenSecret } from './encodings.ts';
import { fitName } from './names.ts';

/** An account as read from a file, not validated. Numbers may be numbers or their decimals. */
export interface Draft {
  /** `totp`, `hotp`, `ocra` or another kind's name, in any case. */
  readonly type: string;
  /** OCRA only (RFC 6287 §6); determines algorithm and digits. */
  readonly suite?: string;
  readonly secret: WrittenSecret;
  readonly algorithm?: unknown;
  readonly digits?: unknown;
  readonly period?: unknown;
  readonly counter?: unknown;
  readonly issuer: string;
  readonly label: string;
  /** The label if there is no other. */
  readonly serial?: string | undefined;
  /** Sentences. */
  readonly warnings?: readonly string[];
}

/**
 * Builds the account from a draft, by the same rules for every format.
 * @throws FobError `bad-input`, one sentence about the first value that a fob cannot hold; never with the secret
 */
export function enrolmentOf(draft: Draft): Enrolment {
  const kind = kindNamed(draft.type);
  const { secret, warnings } = readSecret(draft.secret);
  const issuer = fitName('issuer', draft.issuer);
  const label = fitName('label', draft.label || draft.serial || '');
  const passcode = kind === KIND_OCRA ? readOcra(draft) : readPasscode(kind, draft);
  const { algorithm, digits, period, suite, isCounted } = passcode;
  return checkEnrolment({
    kind,
    algorithm,
    digits,
    alphabet: 'decimal',
    period,
    counter: isCounted ? (readWhole(draft.counter, 'counter') ?? 0) : 0,
    ...(suite !== undefined && { suite }),
    issuer: issuer.name,
    label: label.name === '' && issuer.name === '' ? 'unnamed' : label.name,
    secret,
    warnings: [
      ...(draft.warnings ?? []),
      ...warnings,
      ...issuer.warnings,
      ...label.warnings,
      ...(isCounted && isLeftOut(draft.counter) ? ['It names no counter; the account starts at 0.'] : []),
    ],
  });
}

/** An account's passcode settings, including the counter if it has one. */
type Passcode = Pick<Enrolment, 'algorithm' | 'digits' | 'period' | 'suite'> & {
  readonly isCounted: boolean;
};

function readPasscode(kind: Kind, { algorithm, digits, period }: Draft): Passcode {
  return {
    algorithm: readAlgorithm(algorithm),
    digits: readWhole(digits, 'number of digits') ?? DIGITS_DEFAULT,
    period: kind === KIND_TOTP ? (readWhole(period, 'period') ?? PERIOD_SECONDS_DEFAULT) : 0,
    isCounted: kind === KIND_HOTP,
  };
}

/** @throws FobError `bad-input` for an unsupported suite, or digits that contradict it */
function readOcra({ suite: named = '', digits }: Draft): Passcode {
  if (named.trim() === '') {
    throw badInput('It is an OCRA account without its suite.', 'Add the OCRA suite that its server has.');
  }
  const suite = readOcraSuite(named);
  if ((readWhole(digits, 'number of digits') ?? suite.digits) !== suite.digits) {
    throw badInput(
      'Its digits contradict its OCRA suite.',
      'Ask the maker of the file which is right, and correct the other.',
    );
  }
  const algorithm = suite.algorithm as Algorithm;
  return { algorithm, digits: suite.digits, period: 0, suite, isCounted: (suite.inputs & 1) === 1 };
}

function kindNamed(type: string): Kind {
  switch (type.toLowerCase()) {
    case 'ocra':
      return KIND_OCRA;
    case 'totp':
      return KIND_TOTP;
    case 'hotp':
      return KIND_HOTP;
    case 'steam':
      throw steam();
    default:
      throw badInput(
        'It is not a TOTP, HOTP or OCRA account, so a fob makes no passcodes for it.',
        'Keep it where it is, and enrol the other accounts.',
      );
  }
}

function readAlgorithm(written: unknown): Algorithm {
  if (isLeftOut(written)) return SHA1;
  const algorithm = typeof written === 'string' ? algorithmNamed(written) : undefined;
  if (algorithm !== undefined) return algorithm;
  throw badInput(
    'A fob does not support its algorithm.',
    'Set the account up again with SHA-1, SHA-256 or SHA-512.',
  );
}

function readWhole(written: unknown, what: string): number | undefined {
  if (isLeftOut(written)) return undefined;
  const text = typeof written === 'number' || typeof written === 'bigint' ? String(written) : written;
  if (typeof text === 'string' && /^\s*\d+\s*$/.test(text) && text.trim().length <= DECIMALS_MAX) {
    return Number(text);
  }
  throw badInput(
    `Its ${what} is not a whole number that a fob can hold.`,
    'Correct it where the account was exported, and export it again.',
  );
}

function isLeftOut(written: unknown): boolean {
  return written === undefined || written === null || (typeof written === 'string' && written.trim() === '');
}
