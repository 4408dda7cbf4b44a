import { SECRET_BYTES_MIN } from '@passfob/protocol/limits';
import { enrolmentOf } from '../base/draft.ts';
import { type Encoding, readSecret } from '../base/encodings.ts';
import { lookUp } from '../base/look-up.ts';
import { type Assumed, checkedRow, type ImportRow, NAMELESS, type RowName, skipped } from '../base/row.ts';
import { readUri } from '../uris/list.ts';
import type { TableLine } from './line.ts';
import { managerReader } from './managers.ts';

/** Names of columns, in lower case and without punctuation. */
const NAMES = {
  /** Password managers use `url` for the site's address, and another column for the key URI. */
  uri: ['uri', 'otpauth', 'otpauthuri', 'keyuri', 'totp', 'url'],
  issuer: ['issuer', 'service', 'provider'],
  /** Entra ID's column, with doubled apostrophes. */
  upn: ['upn'],
  label: ['label', 'account', 'accountname', 'user', 'username', 'email', 'login', 'name'],
  serial: ['serial', 'serialnumber', 'serialno'],
  type: ['type', 'kind', 'otptype', 'tokentype'],
  algorithm: ['algorithm', 'algo', 'hash', 'hashfunction', 'hashalgorithm'],
  digits: ['digits', 'length', 'otplength', 'codelength'],
  period: ['period', 'timeinterval', 'interval', 'timestep', 'step'],
  counter: ['counter', 'movingfactor'],
  suite: ['suite', 'ocrasuite'],
} as const;

type Column = keyof typeof NAMES;

/** Columns of secrets, and their encodings. */
const SECRETS: Readonly<Record<string, Encoding>> = {
  secret: 'base32',
  secretkey: 'base32',
  secretbase32: 'base32',
  seed: 'base32',
  key: 'base32',
  hexkey: 'hex',
  hex: 'hex',
  keyhex: 'hex',
  secrethex: 'hex',
  seedhex: 'hex',
  secretbase64: 'base64',
};

/** Names of such columns in other tables, too. */
const UNSURE: readonly string[] = ['key', 'hex', 'url'];

/** Whether a header names a column that holds secrets and nothing else. */
export function hasSureName({ cells }: TableLine): boolean {
  const names = plainNames(cells).filter(name => !UNSURE.includes(name));
  const isSecret = (name: string) =>
    lookUp(SECRETS, name) !== undefined || (NAMES.uri as readonly string[]).includes(name);
  return names.some(isSecret) || managerReader(names) !== undefined;
}

/** Lower case, without punctuation. */
function plainNames(cells: readonly string[]): string[] {
  return cells.map(cell => cell.toLowerCase().replace(/[^a-z0-9]/g, ''));
}

/** A name as tables have it; the key of a setting or a list item of a text has other punctuation. */
const PLAIN_NAME = /^[A-Za-z][\w .()/-]*$/;

/** Makes a reader of lines by the names in the header; undefined if no column is for secrets. */
export function headedReader(
  header: TableLine,
  assumed: Assumed = {},
): ((line: TableLine) => ImportRow | Iterable<ImportRow>) | undefined {
  const plain = plainNames(header.cells);
  const manager = managerReader(plain);
  if (manager !== undefined) return manager;
  const at = (column: Column) => plain.findIndex(name => (NAMES[column] as readonly string[]).includes(name));
  const isName = (at: number) => PLAIN_NAME.test(header.cells[at] ?? '');
  const secretAt = plain.findIndex((name, at) => lookUp(SECRETS, name) !== undefined && isName(at));
  const areUris = plain.map((name, at) => (NAMES.uri as readonly string[]).includes(name) && isName(at));
  if (secretAt < 0 && !areUris.includes(true)) return undefined;
  return ({ place, cells }) => {
    const uri = cells.find((text, column) => areUris[column] && /^otpauth/i.test(text));
    const cell = (column: Column) => cells[at(column)] ?? '';
    if (uri !== undefined) return withCells(readUri(place, uri), cell);
    if (secretAt < 0) {
      const other = cells.find((text, column) => areUris[column] && plain[column] !== 'url' && text !== '');
      // A value that is no URI is refused with a reason. It may be a secret, so no cell is repeated.
      return other !== undefined
        ? readUri(place, other)
        : skipped(place, { issuer: cell('issuer'), label: cell('label') }, 'The row has no key URI.');
    }
    const as = assumed.encoding ?? lookUp(SECRETS, plain[secretAt] ?? '') ?? 'base32';
    return accountRow(place, cell, { as, text: cells[secretAt] ?? '' }, assumed);
  };
}

/** The URI defines the account; the cells beside it define the token's user and serial. */
function withCells(
  row: ImportRow | Iterable<ImportRow>,
  cell: (column: Column) => string,
): ImportRow | Iterable<ImportRow> {
  if (!('outcome' in row)) return row;
  const serial = cell('serial');
  return { ...row, user: userIn(cell) || row.user, ...(serial !== '' && { serial }) };
}

function userIn(cell: (column: Column) => string): string {
  return cell('upn').replaceAll("''", "'") || cell('label');
}

function accountRow(
  place: string,
  cell: (column: Column) => string,
  secret: { as: Encoding; text: string },
  assumed: Assumed,
): ImportRow {
  const names = {
    issuer: cell('issuer'),
    label: userIn(cell),
    serial: cell('serial'),
  };
  return checkedRow(place, namesBeside(secret, names), () =>
    enrolmentOf({
      ...names,
      secret,
      type: cell('type') || assumed.type || 'totp',
      suite: cell('suite'),
      algorithm: cell('algorithm') || assumed.algorithm,
      digits: cell('digits') || assumed.digits,
      period: cell('period') || assumed.period,
      counter: cell('counter'),
    }),
  );
}

/** If its column holds no secret, another column may hold it; then no cell is repeated. */
function namesBeside(secret: { as: Encoding; text: string }, names: RowName): RowName {
  try {
    return readSecret(secret).secret.length >= SECRET_BYTES_MIN ? names : NAMELESS;
  } catch {
    return NAMELESS;
  }
}
