import { checkEnrolment, type Enrolment } from '../../enrol/enrolment.ts';
import { readOtpauth } from '../../enrol/otpauth.ts';
import { fitName } from '../names.ts';
import { checkRowCount, judge, NAMELESS, type Row } from '../row.ts';
import { isMigration, type MigrationPart, readMigrationPart, rowsOfParts } from './migration.ts';

/** One URI and where it stands. */
export interface PlacedUri {
  readonly place: string;
  readonly uri: string;
}

/** The URIs of a text, one a line; empty lines and those that begin with `#` are comments. */
export function linesOf(text: string): PlacedUri[] {
  return text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)
    .map((line, at) => ({ place: `line ${at + 1}`, uri: line.trim() }))
    .filter(({ uri }) => uri !== '' && !uri.startsWith('#'));
}

/**
 * Accounts of key URIs, and of the parts of exports of Google Authenticator among them, which belong together
 * wherever they stand.
 * @throws FobError `bad-input` for too many
 */
export function readUris(uris: readonly PlacedUri[]): Row[] {
  checkRowCount(uris.length);
  const rows: Row[] = [];
  const parts: MigrationPart[] = [];
  for (const { place, uri } of uris) {
    if (!isMigration(uri)) rows.push(rowOf(place, uri));
    else {
      const read = readMigrationPart(place, uri);
      if ('outcome' in read) rows.push(read);
      else parts.push(read);
    }
  }
  const all = [...rows, ...rowsOfParts(parts)];
  checkRowCount(all.length);
  return all;
}

/** A URI that cannot be read has no name that may be shown: in a mangled one the secret may stand there. */
function rowOf(place: string, uri: string): Row {
  const row = judge(place, NAMELESS, () => readOtpauth(uri));
  const { outcome } = row;
  return outcome.state === 'ok' ? judge(place, row, () => fitted(outcome.enrolment)) : row;
}

function fitted(read: Enrolment): Enrolment {
  const issuer = fitName('issuer', read.issuer);
  const label = fitName('label', read.label);
  return checkEnrolment({
    ...read,
    issuer: issuer.name,
    label: label.name,
    warnings: [...read.warnings, ...issuer.warnings, ...label.warnings],
  });
}
