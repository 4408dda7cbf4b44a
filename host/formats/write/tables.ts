import { KIND_TOTP } from '@passfob/protocol/account';
import { type Algorithm, SHA1, SHA256, SHA512 } from '@passfob/protocol/primitives';
import { stringify } from 'csv-stringify/sync';
import { NAMES_OF_ALGORITHMS } from '../../enrol/algorithms.ts';
import { badInput } from '../../enrol/enrolment.ts';
import { cell, hex } from './cells.ts';
import { checkOrdinary } from './ordinary.ts';
import type { Token } from './token.ts';

/** Files of privacyIDEA, LinOTP and the OATH Toolkit, exactly in their forms. */

/** @throws FobError `bad-input` for an account that privacyIDEA would read differently */
export function checkPrivacyIdea({ serial, enrolment }: Token): void {
  checkOrdinary(enrolment, 'privacyIDEA');
  // privacyIDEA derives the hash from the length of the key, and ignores the sixth column.
  if (hashOfLength(enrolment.secret.length) !== enrolment.algorithm) {
    throw badInput(
      'privacyIDEA derives the algorithm from the length of the key, and would choose another algorithm than the account has.',
      'Make the account with SHA-1 and a key of 20 bytes, SHA-256 and 32, or SHA-512 and 64.',
    );
  }
  cell('serial', serial);
}

/** @throws FobError `bad-input` for a user that needs quotes, or none */
export function checkPrivacyIdeaUser({ user }: Token): void {
  if (user.name === '')
    throw badInput('privacyIDEA wants a user of the realm.', 'Fill in the user or the label.');
  cell('user', user.name);
}

/** @throws FobError `bad-input` for an account that LinOTP would read differently */
export function checkLinOtp({ serial, enrolment }: Token): void {
  checkOrdinary(enrolment, 'LinOTP');
  // LinOTP reads the fifth column of TOTP accounts only.
  if (enrolment.kind !== KIND_TOTP && enrolment.counter !== 0) {
    throw badInput(
      'LinOTP begins every HOTP account with the counter 0, and this one is at another.',
      'Make the account anew, or hand it on in another format.',
    );
  }
  cell('serial', serial);
}

/** Writes `serial,hexkey,type,digits,period or counter[,algorithm]`, for privacyIDEA and LinOTP. */
export function writeTokenLines(tokens: readonly Token[]): string {
  return stringify(tokens.map(lineOf), { record_delimiter: 'unix' });
}

/**
 * Writes version 2 of privacyIDEA's table, which assigns each token to a user of this realm: user, resolver and realm
 * come first. Without a resolver privacyIDEA searches those of the realm.
 */
export function writePrivacyIdeaUsers(tokens: readonly Token[], realm: string): string {
  const lines = tokens.map(token => [token.user.name, '', realm, ...lineOf(token)]);
  return `# version: 2\n${stringify(lines, { record_delimiter: 'unix' })}`;
}

function lineOf({ serial, enrolment }: Token): string[] {
  const { kind, algorithm, digits, period, counter, secret } = enrolment;
  const isTotp = kind === KIND_TOTP;
  const isUsual = algorithm === SHA1 && hashOfLength(secret.length) === SHA1;
  const hash = isUsual ? [] : [NAMES_OF_ALGORITHMS[algorithm].toLowerCase()];
  const moving = String(isTotp ? period : counter);
  return [serial, hex(secret), isTotp ? 'totp' : 'hotp', String(digits), moving, ...hash];
}

/** Returns the hash that privacyIDEA derives from a key; undefined for hashes that no fob has. */
function hashOfLength(bytes: number): Algorithm | undefined {
  if (bytes === 28 || bytes === 48) return undefined;
  return bytes === 32 ? SHA256 : bytes === 64 ? SHA512 : SHA1;
}

/** @throws FobError `bad-input` for an account that `users.oath` cannot hold */
export function checkOathUsers({ user, enrolment }: Token): void {
  checkOrdinary(enrolment, 'users.oath');
  if (enrolment.algorithm !== SHA1) {
    throw badInput('users.oath holds accounts with SHA-1 only.', 'Make the account with SHA-1.');
  }
  if (!/^[^\s#][^\s]*$/u.test(user.name)) {
    throw badInput('users.oath takes a user without spaces.', 'Give the account a user without spaces.');
  }
}

/** Writes `users.oath` of the OATH Toolkit, which no spreadsheet reads. */
export function writeOathUsers(tokens: readonly Token[]): string {
  return tokens
    .map(({ user, enrolment: { kind, digits, period, counter, secret } }) => {
      const type = kind === KIND_TOTP ? `HOTP/T${period}/${digits}` : `HOTP/E/${digits}`;
      const moving = kind === KIND_TOTP ? [] : [String(counter)];
      return `${[type, user.name, '-', hex(secret), ...moving].join('\t')}\n`;
    })
    .join('');
}
