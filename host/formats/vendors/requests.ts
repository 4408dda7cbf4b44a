import { readEntries } from '../apps/entries.ts';
import { listIn, objectIn, parseJson, textIn } from '../apps/json.ts';
import { type ImportRow, type ReadAids, type SourceFile, textOf } from '../base/row.ts';

/** The bodies of requests to Microsoft Graph and Okta, as Passfob writes them. */

/** Reads tokens for Microsoft Graph: 6 digits. */
export async function readGraph(file: SourceFile, { work }: ReadAids): Promise<ImportRow[]> {
  return readEntries(listIn(parseJson(textOf(file)), 'value'), 'token', work, entry => ({
    type: 'totp',
    secret: { as: 'base32', text: textIn(entry, 'secretKey') },
    algorithm: entry.hashFunction,
    digits: 6,
    period: entry.timeIntervalInSeconds,
    issuer: '',
    label: textIn(objectIn(entry, 'assignTo'), 'id'),
    serial: textIn(entry, 'serialNumber'),
  }));
}

/** Reads enrolments of a custom TOTP factor of Okta. */
export async function readOkta(file: SourceFile, { work }: ReadAids): Promise<ImportRow[]> {
  const root = parseJson(textOf(file));
  const { otpLength, hmacAlgorithm, timeStep } = objectIn(root, 'factorProfile');
  return readEntries(listIn(root, 'enrolments'), 'enrolment', work, entry => ({
    type: 'totp',
    secret: { as: 'hex', text: textIn(objectIn(objectIn(entry, 'body'), 'profile'), 'sharedSecret') },
    algorithm: hmacAlgorithm,
    digits: otpLength,
    period: timeStep,
    issuer: '',
    label: textIn(entry, 'login'),
    serial: textIn(entry, 'serial'),
  }));
}
