import { KIND_TOTP } from '@passfob/protocol/account';
import { type Algorithm, SHA1, SHA256, SHA512 } from '@passfob/protocol/primitives';
import { base32nopad } from '@scure/base';
import { stringify } from 'csv-stringify/sync';
import { NAMES_OF_ALGORITHMS } from '../../enrol/algorithms.ts';
import { badInput } from '../../enrol/enrolment.ts';
import { ENTRA_SECRET_CHARS_MAX } from '../base/limits.ts';
import { checkOrdinary } from './ordinary.ts';
import { MANUFACTURER, type Token } from './token.ts';

/** Writes upload files, exactly in their servers' formats. The secrets in them are in plain text. */

const ENTRA_HEADER = ['upn', 'serial number', 'secret key', 'time interval', 'manufacturer', 'model'];

/**
 * Writes a file for Entra ID: the label is the user's principal name. @throws FobError `bad-input` for values that
 * Entra ID does not accept
 */
export function writeEntra(tokens: readonly Token[]): string {
  const lines = tokens.map(({ serial, model, enrolment }) => {
    const { kind, algorithm, digits, period, label, secret } = enrolment;
    checkOrdinary(enrolment, 'Entra ID');
    const key = base32nopad.encode(secret);
    // The table has no column for algorithm or digits, so only the defaults are possible.
    const isTaken =
      kind === KIND_TOTP && algorithm === SHA1 && digits === 6 && (period === 30 || period === 60);
    if (!isTaken || key.length > ENTRA_SECRET_CHARS_MAX) {
      throw badInput(
        'Entra ID takes TOTP accounts of 6 digits with SHA-1 and a period of 30 or 60 seconds, from this table.',
        'Make the account with these settings.',
      );
    }
    return [upnCell(label), cell('serial', serial), key, String(period), MANUFACTURER, cell('model', model)];
  });
  return stringify([ENTRA_HEADER, ...lines], { record_delimiter: 'windows' });
}

/**
 * Writes a user principal name, unchanged except for the apostrophes, which Entra ID wants doubled. Its characters
 * cannot form a harmful formula, so a leading minus sign is allowed.
 */
function upnCell(label: string): string {
  const upn = UPN.test(label) ? label : cell('label', label);
  return upn.replaceAll("'", "''");
}

/** Characters that Entra ID allows, including those of guests. */
const UPN = /^[\w'.\-!#^~]+@[A-Za-z0-9.-]+$/;

/**
 * Writes a file for privacyIDEA and LinOTP.
 * @param isByLength the server derives the hash from the length of the key, and ignores the sixth column
 * @throws FobError `bad-input`
 */
export function writeTokenLines(tokens: readonly Token[], isByLength = false): string {
  const lines = tokens.map(({ serial, enrolment }) => {
    checkOrdinary(enrolment, 'privacyIDEA and LinOTP');
    const { kind, algorithm, digits, period, counter, secret } = enrolment;
    const isTotp = kind === KIND_TOTP;
    if (isByLength && hashOfLength(secret.length) !== algorithm) {
      throw badInput(
        'privacyIDEA derives the algorithm from the length of the key, and would choose another algorithm than the account has.',
        'Make the account with SHA-1 and a key of 20 bytes, SHA-256 and 32, or SHA-512 and 64.',
      );
    }
    const isUsual = algorithm === SHA1 && hashOfLength(secret.length) === SHA1;
    const hash = isUsual ? [] : [NAMES_OF_ALGORITHMS[algorithm].toLowerCase()];
    const moving = String(isTotp ? period : counter);
    return [cell('serial', serial), hex(secret), isTotp ? 'totp' : 'hotp', String(digits), moving, ...hash];
  });
  return stringify(lines, { record_delimiter: 'unix' });
}

/** Returns the hash that privacyIDEA derives from a key; undefined for hashes that no fob has. */
function hashOfLength(bytes: number): Algorithm | undefined {
  if (bytes === 28 || bytes === 48) return undefined;
  return bytes === 32 ? SHA256 : bytes === 64 ? SHA512 : SHA1;
}

/**
 * Writes `users.oath` of the OATH Toolkit, which no spreadsheet reads. The label is the user. @throws FobError
 * `bad-input`
 */
export function writeOathUsers(tokens: readonly Token[]): string {
  return tokens
    .map(({ enrolment }) => {
      checkOrdinary(enrolment, 'users.oath');
      const { kind, algorithm, digits, period, counter, label, secret } = enrolment;
      if (algorithm !== SHA1) {
        throw badInput('users.oath holds accounts with SHA-1 only.', 'Make the account with SHA-1.');
      }
      if (!/^[^\s#][^\s]*$/u.test(label)) {
        throw badInput('users.oath takes a user without spaces.', 'Give the account a label without spaces.');
      }
      const type = kind === KIND_TOTP ? `HOTP/T${period}/${digits}` : `HOTP/E/${digits}`;
      const moving = kind === KIND_TOTP ? [] : [String(counter)];
      return `${[type, label, '-', hex(secret), ...moving].join('\t')}\n`;
    })
    .join('');
}

/**
 * Writes a cell that means the same in every program. Spreadsheets run a cell that begins with these characters as a
 * formula; an escape character before it would become part of the name at the server. So such a cell is refused.
 */
function cell(what: string, text: string): string {
  if (/^[=+\-@\t\r]/.test(text)) {
    throw badInput(
      `The ${what} begins with a character that makes a spreadsheet run it as a formula.`,
      `Give the account another ${what}.`,
    );
  }
  if (/[",;\r\n\t]|^#/.test(text)) {
    throw badInput(
      `The ${what} has a comma, a quotation mark or the like, or begins with #: some programs cannot read that in a table.`,
      `Give the account another ${what}.`,
    );
  }
  return text;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
