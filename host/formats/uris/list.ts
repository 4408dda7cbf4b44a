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

/** A URI and its place in the file. */
export interface PlacedUri {
  readonly place: string;
  readonly uri: string;
}

/**
 * Returns the URIs of a text, one a line; skips empty lines and comments (`#`).
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
 * Reads the accounts of key URIs. Parts of Google Authenticator exports among them are combined, wherever they are.
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

/** Placeholder for a part of an export, whose rows are added together with those of the other parts. */
const EXPORTED = skipped('', NAMELESS, '');

/** Reads a single key URI, or the accounts of one part of an export. */
export function readUri(place: string, uri: string): ImportRow | Iterable<ImportRow> {
  if (!isMigration(uri)) return keyUri(place, uri);
  const part = readMigrationPart(place, uri);
  return 'outcome' in part ? part : rowsOfParts([part]);
}

/** An unreadable URI gets no name: in a mangled one the secret may be in its place. */
function keyUri(place: string, uri: string): ImportRow {
  const row = checkedRow(place, NAMELESS, () => readOtpauth(uri));
  const { outcome } = row;
  // A URI without a name must not show the placeholder as its name.
  const names = row.issuer === '' && row.label === UNNAMED ? NAMELESS : row;
  if (outcome.state !== 'ok') return row;
  if (isTrashed(uri)) return skipped(place, names, 'It is in the trash of Ente Auth.');
  return checkedRow(place, names, () => fitted(outcome.enrolment));
}

/** Ente Auth exports its trash, too, and marks it in a parameter of its own. */
function isTrashed(uri: string): boolean {
  const display = new URLSearchParams(uri.slice(uri.indexOf('?') + 1)).get('codeDisplay') ?? '';
  return /"trashed"\s*:\s*true/.test(display);
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
