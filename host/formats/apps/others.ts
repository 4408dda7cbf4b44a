import { type ImportRow, type ReadAids, type SourceFile, textOf } from '../base/row.ts';
import { readEntries } from './entries.ts';
import { listIn, objectIn, parseJson, parseJsonList, textIn } from './json.ts';

/** Apps whose exports are a plain list of accounts. */

/** Reads the JSON in an export of Raivo, whose numbers are texts. */
export async function readRaivo(file: SourceFile, { work }: ReadAids): Promise<ImportRow[]> {
  return readEntries(parseJsonList(textOf(file)), 'entry', work, entry => ({
    type: textIn(entry, 'kind'),
    secret: { as: 'base32', text: textIn(entry, 'secret') },
    algorithm: entry.algorithm,
    digits: entry.digits,
    period: entry.timer,
    counter: entry.counter,
    issuer: textIn(entry, 'issuer'),
    label: textIn(entry, 'account'),
  }));
}

/** Reads an export of LastPass Authenticator; it has TOTP only. */
export async function readLastPass(file: SourceFile, { work }: ReadAids): Promise<ImportRow[]> {
  return readEntries(listIn(parseJson(textOf(file)), 'accounts'), 'account', work, entry => ({
    type: 'totp',
    secret: { as: 'base32', text: textIn(entry, 'secret') },
    algorithm: entry.algorithm,
    digits: entry.digits,
    period: entry.timeStep,
    issuer: textIn(entry, 'issuerName') || textIn(entry, 'originalIssuerName'),
    label: textIn(entry, 'userName') || textIn(entry, 'originalUserName'),
  }));
}

/**
 * Reads the accounts that Duo Mobile keeps for other services: 6 digits and SHA-1, HOTP where an entry has a counter.
 */
export async function readDuoMobile(file: SourceFile, { work }: ReadAids): Promise<ImportRow[]> {
  return readEntries(parseJsonList(textOf(file)), 'entry', work, entry => {
    const otp = objectIn(entry, 'otpGenerator');
    return {
      type: otp.counter === undefined ? 'totp' : 'hotp',
      secret: { as: 'base32', text: textIn(otp, 'otpSecret') },
      counter: otp.counter,
      issuer: '',
      label: textIn(entry, 'name'),
    };
  });
}

/** Reads an export of 2FAuth. */
export async function readTwoFAuth(file: SourceFile, { work }: ReadAids): Promise<ImportRow[]> {
  return readEntries(listIn(parseJson(textOf(file)), 'data'), 'entry', work, entry => ({
    type: textIn(entry, 'otp_type').replace(/^steamtotp$/, 'steam'),
    secret: { as: 'base32', text: textIn(entry, 'secret') },
    algorithm: entry.algorithm,
    digits: entry.digits,
    period: entry.period,
    counter: entry.counter,
    issuer: textIn(entry, 'service'),
    label: textIn(entry, 'account'),
  }));
}

/** Seconds of the accounts whose secrets Authy itself made; they have 7 digits, and no other account has. */
const AUTHY_PERIOD = 10;

/** Reads tokens of Authy that another program has decrypted; Authy itself exports nothing. */
export async function readAuthy(file: SourceFile, { work }: ReadAids): Promise<ImportRow[]> {
  const tokens = listIn(parseJson(textOf(file)), 'decrypted_authenticator_tokens');
  return readEntries(tokens, 'token', work, entry => ({
    type: 'totp',
    secret: { as: 'base32', text: textIn(entry, 'decrypted_seed') },
    digits: entry.digits,
    period: entry.digits === 7 ? AUTHY_PERIOD : undefined,
    issuer: textIn(entry, 'issuer'),
    label: textIn(entry, 'name') || textIn(entry, 'original_name'),
  }));
}
