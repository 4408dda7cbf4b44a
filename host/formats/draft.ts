import { KIND_HOTP, KIND_TOTP } from '../../protocol/account.ts';
import { type Algorithm, SHA1 } from '../../protocol/primitives.ts';
import { algorithmNamed } from '../enrol/algorithms.ts';
import { badInput, checkEnrolment, type Enrolment } from '../enrol/enrolment.ts';
import { DECIMALS_MAX, DIGITS_DEFAULT, PERIOD_SECONDS_DEFAULT } from '../enrol/limits.ts';
import { steam } from '../enrol/uri-parts.ts';
import { readSecret, type WrittenSecret } from './encodings.ts';
import { fitName } from './names.ts';

/** An account as a file says it, before anything of it was judged. Numbers may be numbers or their decimals. */
export interface Draft {
  /** `totp`, `hotp` or the name of something else, in any case. */
  readonly type: string;
  readonly secret: WrittenSecret;
  readonly algorithm?: unknown;
  readonly digits?: unknown;
  readonly period?: unknown;
  readonly counter?: unknown;
  readonly issuer: string;
  readonly label: string;
  /** Sentences. */
  readonly warnings?: readonly string[];
}

/**
 * The account that a draft means, by the same rules for every format.
 * @throws FobError `bad-input`, one sentence about the first thing that a fob cannot take; never with the secret
 */
export function enrolmentOf(draft: Draft): Enrolment {
  const kind = kindNamed(draft.type);
  const { secret, warnings } = readSecret(draft.secret);
  const issuer = fitName('issuer', draft.issuer);
  const label = fitName('label', draft.label);
  return checkEnrolment({
    kind,
    algorithm: readAlgorithm(draft.algorithm),
    digits: readWhole(draft.digits, 'number of digits') ?? DIGITS_DEFAULT,
    alphabet: 'decimal',
    period: kind === KIND_TOTP ? (readWhole(draft.period, 'period') ?? PERIOD_SECONDS_DEFAULT) : 0,
    ...readCounter(kind, draft.counter),
    issuer: issuer.name,
    label: label.name === '' && issuer.name === '' ? 'unnamed' : label.name,
    secret,
    warnings: [
      ...(draft.warnings ?? []),
      ...warnings,
      ...issuer.warnings,
      ...label.warnings,
      ...(kind === KIND_HOTP && isLeftOut(draft.counter)
        ? ['It names no counter; the account starts at 0.']
        : []),
    ],
  });
}

function kindNamed(type: string): typeof KIND_TOTP | typeof KIND_HOTP {
  switch (type.toLowerCase()) {
    case 'totp':
      return KIND_TOTP;
    case 'hotp':
      return KIND_HOTP;
    case 'steam':
      throw steam();
    default:
      throw badInput(
        'It is neither a TOTP nor a HOTP account, and a fob makes no passcodes for it.',
        'Keep it where it is, and enrol the other accounts.',
      );
  }
}

function readAlgorithm(written: unknown): Algorithm {
  if (isLeftOut(written)) return SHA1;
  const algorithm = typeof written === 'string' ? algorithmNamed(written) : undefined;
  if (algorithm !== undefined) return algorithm;
  throw badInput(
    'Its algorithm is none that a fob has.',
    'Set the account up anew with SHA-1, SHA-256 or SHA-512.',
  );
}

function readCounter(kind: number, written: unknown): { counter: number } {
  return { counter: kind === KIND_HOTP ? (readWhole(written, 'counter') ?? 0) : 0 };
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
