import { base32nopad } from '@scure/base';
import { KIND_TOTP } from '../../../protocol/account.ts';
import { SHA1 } from '../../../protocol/primitives.ts';
import { NAMES_OF_ALGORITHMS } from '../../enrol/algorithms.ts';
import { badInput } from '../../enrol/enrolment.ts';
import { ENTRA_SECRET_CHARS_MAX } from '../limits.ts';
import { checkOrdinary } from './ordinary.ts';
import { MANUFACTURER, type Token } from './token.ts';

/** Upload files, exactly as their servers want them. The secrets in them are for everybody who reads them. */

const ENTRA_HEADER = 'upn,serial number,secret key,time interval,manufacturer,model';

/** Entra ID: the label is the user's principal name. @throws FobError `bad-input` for what Entra ID does not take */
export function writeEntra(tokens: readonly Token[]): string {
  const lines = tokens.map(({ serial, model, enrolment }) => {
    const { kind, algorithm, digits, period, label, secret } = enrolment;
    checkOrdinary(enrolment, 'Entra ID');
    const key = base32nopad.encode(secret);
    // The table has no column for the algorithm or the digits.
    const isTaken =
      kind === KIND_TOTP && algorithm === SHA1 && digits === 6 && (period === 30 || period === 60);
    if (!isTaken || key.length > ENTRA_SECRET_CHARS_MAX) {
      throw badInput(
        'Entra ID takes TOTP accounts of 6 digits with SHA-1 and a period of 30 or 60 seconds, from this table.',
        'Make the account with these settings.',
      );
    }
    const upn = cell('label', label).replaceAll("'", "''");
    return [upn, cell('serial', serial), key, String(period), MANUFACTURER, cell('model', model)].join(',');
  });
  return `${[ENTRA_HEADER, ...lines].join('\r\n')}\r\n`;
}

/** privacyIDEA and LinOTP. @throws FobError `bad-input` */
export function writeTokenLines(tokens: readonly Token[]): string {
  return tokens
    .map(({ serial, enrolment }) => {
      checkOrdinary(enrolment, 'privacyIDEA and LinOTP');
      const { kind, algorithm, digits, period, counter, secret } = enrolment;
      const isTotp = kind === KIND_TOTP;
      const hash = algorithm === SHA1 ? [] : [NAMES_OF_ALGORITHMS[algorithm].toLowerCase()];
      const moving = String(isTotp ? period : counter);
      const cells = [
        cell('serial', serial),
        hex(secret),
        isTotp ? 'totp' : 'hotp',
        String(digits),
        moving,
        ...hash,
      ];
      return `${cells.join(',')}\n`;
    })
    .join('');
}

/** `users.oath` of the OATH Toolkit, which is no spreadsheet. The label is the user. @throws FobError `bad-input` */
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
 * A cell that is what it says in every program. Spreadsheets take one that begins with these characters for a formula
 * and run it; a mark before it would keep them from it, but would be part of the name for the server. So it is refused.
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
      `The ${what} has a comma, a quotation mark or the like, or begins with #: not every reader of tables takes that.`,
      `Give the account another ${what}.`,
    );
  }
  return text;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
