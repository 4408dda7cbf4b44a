import { checkEnrolment, type Enrolment } from '../../enrol/enrolment.ts';
import { readOtpauth, UNNAMED } from '../../enrol/otpauth.ts';
import { fitName } from '../base/names.ts';
import {
  checkedRow,
  checkRowCount,
  type ImportRow,
  linesOf,
  NAMELESS,
  readRows,
  skipped,
} from '../base/row.ts';
import type { Work } from '../base/work.ts';
import { isMigration, type MigrationPart, readMigrationPart, rowsOfParts } from './migration.ts';

/** One URI and where it stands. */
export interface PlacedUri {
  readonly place: string;
  readonly uri: string;
}

/**
 * The URIs of a text, one a line; empty lines and those that begin with `#` are comments.
 * @throws FobError `bad-input` for too many
 */
export function placedUris(text: string): PlacedUri[] {
  const uris: PlacedUri[] = [];
  for (const { place, text: uri } of linesOf(text)) {
    checkRowCount(uris.length + 1);
    uris.push({ place, uri });
  }
  return uris;
}

/**
 * Accounts of key URIs, and of the parts of exports of Google Authenticator among them, which belong together
 * wherever they stand.
 * @throws FobError `bad-input` for too many, `cancelled`
 */
export async function readUris(uris: Iterable<PlacedUri>, work: Work): Promise<ImportRow[]> {
  const parts: MigrationPart[] = [];
  const read = await readRows(uris, work, ({ place, uri }) => {
    if (!isMigration(uri)) return keyUri(place, uri);
    const part = readMigrationPart(place, uri);
    if ('outcome' in part) return part;
    parts.push(part);
    return EXPORTED;
  });
  const rows = read.filter(row => row !== EXPORTED);
  return [...rows, ...(await readRows(rowsOfParts(parts), work, row => row))];
}

/** Stands for a part of an export, whose rows come with those of the other parts. */
const EXPORTED = skipped('', NAMELESS, '');

/** The account of a URI that stands alone, or those of a part of an export. */
export function readUri(place: string, uri: string): ImportRow | Iterable<ImportRow> {
  if (!isMigration(uri)) return keyUri(place, uri);
  const part = readMigrationPart(place, uri);
  return 'outcome' in part ? part : rowsOfParts([part]);
}

/** A URI that cannot be read has no name that may be shown: in a mangled one the secret may stand there. */
function keyUri(place: string, uri: string): ImportRow {
  const row = checkedRow(place, NAMELESS, () => readOtpauth(uri));
  const { outcome } = row;
  // A URI without a name is shown by one that is nobody's.
  const names = row.issuer === '' && row.label === UNNAMED ? NAMELESS : row;
  return outcome.state === 'ok' ? checkedRow(place, names, () => fitted(outcome.enrolment)) : row;
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
