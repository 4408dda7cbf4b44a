import { KIND_TOTP } from '@passfob/protocol/account';
import { SHA1, SHA256 } from '@passfob/protocol/primitives';
import { base32nopad } from '@scure/base';
import { stringify } from 'csv-stringify/sync';
import { badInput } from '../../enrol/enrolment.ts';
import { ENTRA_SECRET_CHARS_MAX } from '../base/limits.ts';
import { cell } from './cells.ts';
import { checkOrdinary } from './ordinary.ts';
import { MANUFACTURER, type Token } from './token.ts';

/** Two ways into Microsoft Entra ID: the table of its admin center, and a request to Microsoft Graph. */

const HEADER = ['upn', 'serial number', 'secret key', 'time interval', 'manufacturer', 'model'];

/** The table has no column for the algorithm. @throws FobError `bad-input` for an account that Entra ID refuses */
export function checkEntra(token: Token): void {
  checkOrdinary(token.enrolment, 'Entra ID');
  if (token.enrolment.algorithm !== SHA1 || !isTaken(token)) {
    throw badInput(
      'Entra ID takes TOTP accounts of 6 digits with SHA-1 and a period of 30 or 60 seconds, from this table.',
      'Make the account with these settings.',
    );
  }
  if (token.user.upn === '') throw badInput('Entra ID wants a upn.', 'Fill in the column upn, or the label.');
  upnCell(token.user.upn);
  cell('serial', token.serial);
  cell('model', token.model);
}

/** Writes the table that the admin center of Entra ID takes. */
export function writeEntra(tokens: readonly Token[]): string {
  const lines = tokens.map(({ serial, model, user, enrolment: { period, secret } }) => {
    const key = base32nopad.encode(secret);
    return [upnCell(user.upn), serial, key, String(period), MANUFACTURER, model];
  });
  return stringify([HEADER, ...lines], { record_delimiter: 'windows' });
}

/** @throws FobError `bad-input` for an account that Microsoft Graph refuses */
export function checkGraph(token: Token): void {
  checkOrdinary(token.enrolment, 'Microsoft Graph');
  const { algorithm } = token.enrolment;
  if (isTaken(token) && (algorithm === SHA1 || algorithm === SHA256)) return;
  throw badInput(
    'Microsoft Graph takes TOTP accounts of 6 digits with SHA-1 or SHA-256 and a period of 30 or 60 seconds.',
    'Make the account with these settings.',
  );
}

/**
 * Writes the body of one request: PATCH /beta/directory/authenticationMethodDevices/hardwareOathDevices, "Create one or
 * more hardwareOathTokenAuthenticationMethodDevice objects". A token is assigned where the user's name is an object id;
 * Graph assigns by nothing else.
 */
export function writeGraph(tokens: readonly Token[]): string {
  const value = tokens.map(({ serial, model, user, enrolment }, at) => ({
    '@contentId': String(at + 1),
    serialNumber: serial,
    manufacturer: MANUFACTURER,
    model,
    secretKey: base32nopad.encode(enrolment.secret),
    timeIntervalInSeconds: enrolment.period,
    hashFunction: enrolment.algorithm === SHA1 ? 'hmacsha1' : 'hmacsha256',
    ...(OBJECT_ID.test(user.name) && { assignTo: { id: user.name } }),
  }));
  return `${JSON.stringify({ '@context': '#$delta', value }, undefined, 2)}\n`;
}

function isTaken({ enrolment: { kind, digits, period, secret } }: Token): boolean {
  const isShort = base32nopad.encode(secret).length <= ENTRA_SECRET_CHARS_MAX;
  return kind === KIND_TOTP && digits === 6 && (period === 30 || period === 60) && isShort;
}

/**
 * Writes a user principal name, unchanged except for the apostrophes, which Entra ID wants doubled. Its characters
 * cannot form a harmful formula, so a leading minus sign is allowed.
 */
function upnCell(name: string): string {
  const upn = UPN.test(name) ? name : cell('upn', name);
  return upn.replaceAll("'", "''");
}

/** Characters that Entra ID allows, including those of guests. */
const UPN = /^[\w'.\-!#^~]+@[A-Za-z0-9.-]+$/;

const OBJECT_ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
