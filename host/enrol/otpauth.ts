import { KIND_HOTP, KIND_OCRA, KIND_TOTP, type Kind } from '@passfob/protocol/account';
import { ocraSuiteText } from '@passfob/protocol/ocra';
import type { Algorithm } from '@passfob/protocol/primitives';
import { base32nopad } from '@scure/base';
import { URI_BYTES_MAX } from '../limits.ts';
import { algorithmNamed, NAMES_OF_ALGORITHMS } from './algorithms.ts';
import { ALPHABET_NAMES, type AlphabetName } from './alphabets.ts';
import { badInput, checkEnrolment, type Enrolment } from './enrolment.ts';
import { CHARACTERS_DEFAULT, DECIMALS_MAX, DIGITS_DEFAULT, PERIOD_SECONDS_DEFAULT } from './limits.ts';
import { readOcraSuite } from './ocra.ts';
import { readSecretText } from './secret-text.ts';
import { decodePercent, readParameters, splitUri, warningsAbout } from './uri-parts.ts';

/** Shown for an account whose URI has no name, because a list needs a text. */
export const UNNAMED = 'unnamed';

/**
 * Reads the account of an otpauth URI (Key URI Format of Google Authenticator), only as leniently as the URIs in use
 * require: refuses invalid values, and lists assumptions in `warnings`.
 * @throws FobError `bad-input`; no text of it holds the secret or the URI
 */
export function parseOtpauth(text: string): Enrolment {
  return checkEnrolment(readOtpauth(text));
}

/**
 * Like `parseOtpauth`, without the check that a fob can hold the account, for callers that may change its names
 * first.
 * @throws FobError `bad-input`; no text of it holds the secret or the URI
 */
export function readOtpauth(text: string): Enrolment {
  if (text.length > URI_BYTES_MAX) {
    throw badInput('The input is too long for an otpauth URI.', 'Give one otpauth URI.');
  }
  const { type, path, query } = splitUri(text);
  const kind = kindOf(type);
  const { values, others } = readParameters(query);
  const unused = warningsAbout(others);
  const given = values.get('secret');
  if (given === undefined) {
    throw badInput('The URI has no secret.', 'Ask the service for a new code or URI that has one.');
  }
  const secret = readSecretText(given);
  const names = readNames(path, values.get('issuer'));
  const passcode = kind === KIND_OCRA ? readOcra(values) : readPasscode(kind, values);
  return {
    kind,
    ...passcode,
    issuer: names.issuer,
    label: names.label,
    secret: secret.secret,
    warnings: [...unused, ...secret.warnings, ...names.warnings, ...passcode.warnings],
  };
}

type Values = ReadonlyMap<string, string>;
type Passcode = Omit<Enrolment, 'kind' | 'issuer' | 'label' | 'secret'>;

function readPasscode(kind: Kind, values: Values): Passcode {
  const { period, counter, warnings } = kind === KIND_HOTP ? readCounter(values) : readPeriod(values);
  const alphabet = readAlphabet(values.get('alphabet'));
  return {
    algorithm: readAlgorithm(values.get('algorithm')),
    digits:
      readNumber(values.get('digits'), 'number of digits') ??
      (alphabet === 'decimal' ? DIGITS_DEFAULT : CHARACTERS_DEFAULT),
    alphabet,
    period,
    counter,
    warnings: values.has('suite')
      ? [...warnings, 'The URI has an OCRA suite, which only an account of type ocra uses.']
      : warnings,
  };
}

/** The suite is complete; other parameters of the URI must not contradict it. */
function readOcra(values: Values): Passcode {
  const named = values.get('suite');
  if (named === undefined) {
    throw badInput(
      'The URI is of type ocra and has no suite.',
      'Ask the service for its OCRA suite, and add it as the parameter suite.',
    );
  }
  const suite = readOcraSuite(named);
  const algorithm = suite.algorithm as Algorithm;
  const digits = readNumber(values.get('digits'), 'number of digits') ?? suite.digits;
  const hash = values.get('algorithm');
  if (digits !== suite.digits || (hash !== undefined && readAlgorithm(hash) !== algorithm)) {
    throw badInput(
      'The digits or the algorithm of the URI contradict its OCRA suite.',
      'Ask the service which is right, and remove the other.',
    );
  }
  const counts = (suite.inputs & 1) === 1;
  const counter = counts ? readCounter(values) : { period: 0, counter: 0, warnings: [] };
  return { algorithm, digits, alphabet: 'decimal', suite, ...counter };
}

/**
 * Returns a URI that `parseOtpauth` and the usual apps read as the same account; with an alphabet other than decimal,
 * only `parseOtpauth`. It contains the secret: never log it or put it on a command line.
 */
export function otpauthOf(enrolment: Enrolment): string {
  const { kind, algorithm, digits, alphabet, period, counter, issuer, label, secret, suite } = enrolment;
  const parameters = [
    `secret=${base32nopad.encode(secret)}`,
    ...(issuer === '' ? [] : [`issuer=${encodeURIComponent(issuer)}`]),
    `algorithm=${NAMES_OF_ALGORITHMS[algorithm]}`,
    `digits=${digits}`,
    ...(alphabet === 'decimal' ? [] : [`alphabet=${alphabet}`]),
    ...(suite === undefined ? [] : [`ocraSuite=${encodeURIComponent(ocraSuiteText(suite))}`]),
    ...(kind === KIND_TOTP ? [`period=${period}`] : [`counter=${counter}`]),
  ];
  // The empty prefix keeps a colon in the label from being read as the end of an issuer.
  const prefix = issuer === '' && !label.includes(':') ? '' : `${encodeURIComponent(issuer)}:`;
  const path = `${prefix}${encodeURIComponent(label)}`;
  return `otpauth://${TYPES[kind]}/${path}?${parameters.join('&')}`;
}

const TYPES = { [KIND_HOTP]: 'hotp', [KIND_TOTP]: 'totp', [KIND_OCRA]: 'ocra' } as const;

function kindOf(type: string): Kind {
  for (const kind of [KIND_HOTP, KIND_TOTP, KIND_OCRA] as const) if (TYPES[kind] === type) return kind;
  throw badInput(
    'The type of the URI is not totp, hotp or ocra.',
    'Choose another kind of authenticator at the service, usually called "authenticator app".',
  );
}

interface Names {
  readonly issuer: string;
  readonly label: string;
  readonly warnings: readonly string[];
}

/** Reads issuer and account name: `issuer:name` in the path, and a second issuer as a parameter, which wins. */
function readNames(path: string, parameter: string | undefined): Names {
  // A literal colon separates; an escaped one only if there is no literal one.
  const encodedColon = path.includes(':') ? ':' : /%3a/i;
  const [head = '', ...rest] = path.split(encodedColon);
  const tail = rest.join(':');
  const hasPrefix = rest.length > 0;
  const prefix = hasPrefix ? decodePercent(head, 'label').trim() : '';
  const label = decodePercent(hasPrefix ? tail : head, 'label').trim();
  const issuer = parameter ?? prefix;
  if (label === '' && issuer === '') {
    const warning = `The URI does not name the account; it is called "${UNNAMED}".`;
    return { issuer, label: UNNAMED, warnings: [warning] };
  }
  const differ = prefix !== '' && prefix.toLowerCase() !== issuer.toLowerCase();
  const warnings = differ ? [`The URI names two issuers; "${issuer}", its issuer parameter, is used.`] : [];
  return { issuer, label, warnings };
}

interface Moving {
  readonly period: number;
  readonly counter: number;
  readonly warnings: readonly string[];
}

function readPeriod(values: ReadonlyMap<string, string>): Moving {
  const period = readNumber(values.get('period'), 'period') ?? PERIOD_SECONDS_DEFAULT;
  const hasCounter = (values.get('counter') ?? '0') !== '0';
  const warnings = hasCounter ? ['The URI has a counter, which a time-based account does not use.'] : [];
  return { period, counter: 0, warnings };
}

function readCounter(values: ReadonlyMap<string, string>): Moving {
  const counter = readNumber(values.get('counter'), 'counter');
  const warnings: string[] = [];
  if (counter === undefined) warnings.push('The URI has no counter; the account starts at 0.');
  if (values.has('period'))
    warnings.push('The URI has a period, which a counter-based account does not use.');
  return { period: 0, counter: counter ?? 0, warnings };
}

function readNumber(text: string | undefined, what: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text) || text.replace(/^0+/, '').length > DECIMALS_MAX) {
    throw badInput(
      `The ${what} of the URI is not a whole number that a fob can hold.`,
      `Correct the ${what}, or remove it to use the usual one.`,
    );
  }
  return Number(text);
}

/** A parameter of Passfob's own; no standard has one for the alphabet. */
function readAlphabet(text: string | undefined): AlphabetName {
  const alphabet = ALPHABET_NAMES.find(name => name === (text ?? 'decimal').toLowerCase());
  if (alphabet !== undefined) return alphabet;
  throw badInput(
    'A fob does not support the alphabet of the URI.',
    `Set the account up with one of: ${ALPHABET_NAMES.join(', ')}.`,
  );
}

function readAlgorithm(text: string | undefined): Algorithm {
  const algorithm = algorithmNamed(text ?? 'SHA1');
  if (algorithm !== undefined) return algorithm;
  throw badInput(
    'A fob does not support the algorithm of the URI.',
    'Set the account up with SHA-1, SHA-256 or SHA-512.',
  );
}
