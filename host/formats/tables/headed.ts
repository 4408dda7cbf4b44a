import { SECRET_BYTES_MIN } from '@passfob/protocol/limits';
import { badInput, type Enrolment } from '../../enrol/enrolment.ts';
import { DIGITS_DEFAULT, PERIOD_SECONDS_DEFAULT } from '../../enrol/limits.ts';
import { enrolmentOf } from '../base/draft.ts';
import { type Encoding, readSecret } from '../base/encodings.ts';
import { COLUMN_NAME_CHARS_MAX } from '../base/limits.ts';
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
  algorithm: ['algorithm', 'algo', 'hash', 'hashfunction', 'hashalgorithm', 'hmacalgorithm'],
  digits: [
    'digits',
    'digit',
    'length',
    'otplength',
    'otpdigits',
    'codelength',
    'codedigits',
    'numberofdigits',
  ],
  period: ['period', 'timeinterval', 'interval', 'timestep', 'step'],
  counter: ['counter', 'movingfactor', 'initialcounter', 'currentcounter', 'nextcounter', 'eventcounter'],
  suite: ['suite', 'ocrasuite'],
  /** T0 of RFC 6238 §4. */
  start: ['t0', 'starttime', 'epoch'],
  /** A period in milliseconds or minutes. */
  otherPeriod: ['otherperiod'],
  /** Of Entra ID's table; nothing depends on it. */
  maker: ['manufacturer'],
  model: ['model'],
} as const;

type Column = keyof typeof NAMES;

/** Columns of secrets, and their encodings. */
const SECRETS: Readonly<Record<string, Encoding>> = {
  secret: 'bare',
  secretkey: 'bare',
  secretbase32: 'base32',
  seed: 'bare',
  seedbase32: 'base32',
  key: 'bare',
  hexkey: 'hex',
  hexseed: 'hex',
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

/** Lower case, without punctuation, seconds, and explanations in parentheses: `Time interval (seconds)`. */
function plainNames(cells: readonly string[]): string[] {
  return cells.map(cell => {
    const name = cell.toLowerCase();
    const whole = name.replace(/[^a-z0-9]/g, '');
    // What follows looks for pairs and ends, which takes the square of the length.
    if (isKnown(whole) || cell.length > COLUMN_NAME_CHARS_MAX) return whole;
    if (OTHER_UNIT.test(name)) return NAMES.period.some(one => whole.startsWith(one)) ? 'otherperiod' : whole;
    const bare = name.replace(/\([^)]*\)/g, '').replace(SECONDS, '');
    return bare.replace(/[^a-z0-9]/g, '');
  });
}

const SECONDS = /[\s_-]+(?:in[\s_-]+)?s(?:ec(?:ond)?s?)?\s*$/;

const OTHER_UNIT = /\b(?:ms|milliseconds|min|minutes|h|hours)\b/;

function isKnown(name: string): boolean {
  return (
    lookUp(SECRETS, name) !== undefined ||
    Object.values(NAMES).some(names => (names as readonly string[]).includes(name))
  );
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
  const usedAt = new Set([secretAt, ...Object.keys(NAMES).map(name => at(name as Column))]);
  return ({ place, cells }) => {
    const uri = cells.find(
      (text, column) => (areUris[column] || column === secretAt) && /^otpauth/i.test(text),
    );
    const cell = (column: Column) => cells[at(column)] ?? '';
    const unused = unusedColumns(cells.map((text, column) => text !== '' && !usedAt.has(column)));
    if (uri !== undefined) return withCells(readUri(place, uri), cell, unused);
    if (secretAt < 0) {
      const other = cells.find((text, column) => areUris[column] && plain[column] !== 'url' && text !== '');
      // A value that is no URI is refused with a reason. It may be a secret, so no cell is repeated.
      return other !== undefined
        ? readUri(place, other)
        : skipped(place, { issuer: cell('issuer'), label: cell('label') }, 'The row has no key URI.');
    }
    const as = assumed.encoding ?? lookUp(SECRETS, plain[secretAt] ?? '') ?? 'base32';
    return accountRow(place, cell, { as, text: cells[secretAt] ?? '' }, { ...assumed, unused });
  };
}

/** Says which columns hold values that nothing reads, by number: in a wrong header a name may be a secret. */
function unusedColumns(areUnused: readonly boolean[]): readonly string[] {
  const columns = areUnused.flatMap((isUnused, at) => (isUnused ? [String(at + 1)] : []));
  if (columns.length === 0) return [];
  return [`Not read: column ${columns.join(', ')} of the table.`];
}

/** The URI defines the account; the cells beside it define the token's user and serial. */
function withCells(
  row: ImportRow | Iterable<ImportRow>,
  cell: (column: Column) => string,
  unused: readonly string[],
): ImportRow | Iterable<ImportRow> {
  if (!('outcome' in row)) return row;
  const { outcome } = row;
  const serial = cell('serial');
  return {
    ...row,
    user: userIn(cell) || row.user,
    ...(serial !== '' && { serial }),
    ...(outcome.state === 'ok' && {
      outcome: { ...outcome, enrolment: withWarnings(outcome.enrolment, unused) },
    }),
  };
}

function withWarnings(enrolment: Enrolment, more: readonly string[]): Enrolment {
  return { ...enrolment, warnings: [...enrolment.warnings, ...more] };
}

function userIn(cell: (column: Column) => string): string {
  return cell('upn').replaceAll("''", "'") || cell('label');
}

function accountRow(
  place: string,
  cell: (column: Column) => string,
  secret: { as: Encoding; text: string },
  assumed: Assumed & { readonly unused: readonly string[] },
): ImportRow {
  const names = {
    issuer: cell('issuer'),
    label: userIn(cell),
    serial: cell('serial'),
  };
  return checkedRow(place, namesBeside(secret, names), () => {
    if (cell('otherPeriod') !== '') {
      throw badInput('The table has a period in another unit than seconds.', 'Write it in seconds.');
    }
    if (Number(cell('start') || 0) !== 0) {
      throw badInput('Its time does not begin with that of Unix (T0).', 'No fob counts from another time.');
    }
    const written = {
      type: cell('type') || assumed.type || kindOf(cell),
      suite: cell('suite'),
      algorithm: cell('algorithm') || assumed.algorithm,
      digits: cell('digits') || assumed.digits,
      period: cell('period') || assumed.period,
      counter: cell('counter'),
    };
    const type = written.type || 'totp';
    // Entra ID's table has no columns for these: its tokens have SHA-1 and 6 digits.
    const known = cell('upn') === '' ? {} : { digits: DIGITS_DEFAULT, algorithm: 'SHA1' };
    const warnings = [
      ...takenFor(type, { ...written, ...known }),
      ...strangeTo(type, cell),
      ...assumed.unused,
    ];
    return enrolmentOf({ ...names, secret, ...written, type, warnings });
  });
}

/** Returns the kind that the columns leave no doubt about; empty where they say nothing. @throws FobError `bad-input` */
function kindOf(cell: (column: Column) => string): string {
  if (cell('suite') !== '') return 'ocra';
  if (cell('counter') === '') return cell('period') === '' ? '' : 'totp';
  if (cell('period') === '') return 'hotp';
  throw badInput(
    'The row has a counter and a period, and does not say which of them counts.',
    'Say it: --kind totp or --kind hotp.',
  );
}

/** Says what is taken where the row says nothing, so that no value is a guess in silence. */
function takenFor(
  type: string,
  {
    type: kind,
    digits = '',
    period = '',
    algorithm = '',
  }: Readonly<Record<string, string | number | undefined>>,
): readonly string[] {
  if (type.toLowerCase() === 'ocra') return [];
  const taken = [
    ...(kind === '' ? ['TOTP'] : []),
    ...(digits === '' ? [`${DIGITS_DEFAULT} digits`] : []),
    ...(period === '' && type.toLowerCase() === 'totp' ? [`${PERIOD_SECONDS_DEFAULT} s`] : []),
    ...(algorithm === '' ? ['SHA-1'] : []),
  ];
  return taken.length === 0 ? [] : [`Taken, since the table does not say it: ${taken.join(', ')}.`];
}

/** Columns with values that an account of this kind does not use; other programs write a counter of 0 at each TOTP. */
function strangeTo(type: string, cell: (column: Column) => string): readonly string[] {
  const unused = {
    totp: ['counter', 'suite'],
    hotp: ['period', 'suite'],
    ocra: ['period', 'algorithm'],
  } as const satisfies Readonly<Record<string, readonly Column[]>>;
  const columns = (lookUp<readonly Column[]>(unused, type.toLowerCase()) ?? []).filter(
    column => Number(cell(column) || 0) !== 0,
  );
  return columns.map(
    column => `Not read: its ${column}, which an account of type ${type.toUpperCase()} does not have.`,
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
