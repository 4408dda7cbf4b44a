import { BinaryReader } from '@bufbuild/protobuf/wire';
import { badInput } from '../../enrol/enrolment.ts';
import { FobError } from '../../errors.ts';
import { enrolmentOf } from '../base/draft.ts';
import { base64Bytes } from '../base/encodings.ts';
import { MIGRATION_CHARS_MAX, PARTS_MAX } from '../base/limits.ts';
import { checkedRow, checkRowCount, type ImportRow, NAMELESS, refused, skipped } from '../base/row.ts';

/** One image of a Google Authenticator export (`otpauth-migration://offline?data=`). */
export interface MigrationPart {
  readonly place: string;
  /** The same in every part of one export. */
  readonly batch: number;
  /** Number of parts of the export. */
  readonly size: number;
  /** Counts from 0. */
  readonly index: number;
  readonly rows: readonly ImportRow[];
}

export function isMigration(uri: string): boolean {
  return /^otpauth-migration:/i.test(uri);
}

/** Reads a part, or returns the row that says why it cannot be read. */
export function readMigrationPart(place: string, uri: string): MigrationPart | ImportRow {
  try {
    return parsePart(place, payloadOf(uri));
  } catch (error) {
    // The protocol buffer reader's own message does not help a person.
    return refused(place, NAMELESS, error instanceof FobError ? error : damaged());
  }
}

function payloadOf(uri: string): Uint8Array {
  if (uri.length > MIGRATION_CHARS_MAX) throw damaged();
  const data = /^otpauth-migration:\/\/offline\/?\?(?:[^#]*&)?data=([^&#]*)/i.exec(uri)?.[1];
  if (data === undefined || data === '') throw damaged();
  // In a URI copied by hand, a plus of the Base64 may be a plus or the space that forms make of it.
  const bytes = base64Bytes(decodeURIComponent(data).replaceAll(' ', '+'));
  if (bytes === undefined) throw damaged();
  return bytes;
}

function damaged(): FobError {
  return badInput(
    'The export of Google Authenticator is damaged.',
    'Make it again, and scan the code instead of copying it by hand.',
  );
}

/** Field numbers of MigrationPayload and OtpParameters, as the app writes them. */
const PAYLOAD = { accounts: 1, size: 3, index: 4, batch: 5 } as const;
const ACCOUNT = { secret: 1, name: 2, issuer: 3, algorithm: 4, digits: 5, type: 6, counter: 7 } as const;

function parsePart(place: string, payload: Uint8Array): MigrationPart {
  const reader = new BinaryReader(payload);
  const part = { size: 1, index: 0, batch: 0 };
  const rows: ImportRow[] = [];
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === PAYLOAD.accounts) {
      rows.push(readAccount(`${place}, account ${rows.length + 1}`, reader.bytes()));
      checkRowCount(rows.length);
    } else if (field === PAYLOAD.size) part.size = reader.int32() || 1;
    else if (field === PAYLOAD.index) part.index = reader.int32();
    else if (field === PAYLOAD.batch) part.batch = reader.int32();
    else reader.skip(wireType, field);
  }
  if (part.size < 1 || part.size > PARTS_MAX || part.index < 0 || part.index >= part.size) throw damaged();
  return { place, ...part, rows };
}

const ALGORITHMS: readonly (string | undefined)[] = ['SHA1', 'SHA1', 'SHA256', 'SHA512', 'MD5'];
const DIGITS: readonly (number | undefined)[] = [6, 6, 8];
const TYPES: readonly (string | undefined)[] = [undefined, 'hotp', 'totp'];

function readAccount(place: string, bytes: Uint8Array): ImportRow {
  const reader = new BinaryReader(bytes);
  const read = {
    secret: new Uint8Array(0),
    name: '',
    issuer: '',
    algorithm: 0,
    digits: 0,
    type: 0,
    counter: '0',
  };
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === ACCOUNT.secret) read.secret = new Uint8Array(reader.bytes());
    else if (field === ACCOUNT.name) read.name = reader.string();
    else if (field === ACCOUNT.issuer) read.issuer = reader.string();
    else if (field === ACCOUNT.algorithm) read.algorithm = reader.int32();
    else if (field === ACCOUNT.digits) read.digits = reader.int32();
    else if (field === ACCOUNT.type) read.type = reader.int32();
    else if (field === ACCOUNT.counter) read.counter = String(reader.int64());
    else reader.skip(wireType, field);
  }
  const { issuer, secret, counter } = read;
  const label = withoutIssuer(read.name, issuer);
  const type = TYPES[read.type] ?? '';
  return checkedRow(place, { issuer, label }, () =>
    enrolmentOf({
      type,
      secret: { bytes: secret },
      algorithm: ALGORITHMS[read.algorithm] ?? '?',
      digits: DIGITS[read.digits] ?? '?',
      counter,
      issuer,
      label,
      // The format has no field for the period (and the app supports no other).
      warnings: type === 'totp' ? ['The export does not name the period; 30 seconds are used.'] : [],
    }),
  );
}

/** The app writes `Issuer:name` if the scanned code had that form. */
function withoutIssuer(name: string, issuer: string): string {
  const [head, ...rest] = name.split(':');
  return rest.length > 0 && head?.trim().toLowerCase() === issuer.trim().toLowerCase()
    ? rest.join(':').trim()
    : name;
}

/** Yields the rows of all parts in the order of their exports, and a row for each missing or repeated part. */
export function* rowsOfParts(parts: readonly MigrationPart[]): Generator<ImportRow> {
  const batches = new Map<string, MigrationPart[]>();
  for (const part of parts) {
    const key = `${part.batch} ${part.size}`;
    const batch = batches.get(key);
    if (batch === undefined) batches.set(key, [part]);
    else batch.push(part);
  }
  for (const batch of batches.values()) yield* rowsOfBatch(batch);
}

function* rowsOfBatch(parts: readonly MigrationPart[]): Generator<ImportRow> {
  const size = parts[0]?.size ?? 0;
  for (let index = 0; index < size; index++) {
    const [first, ...again] = parts.filter(part => part.index === index);
    const which = `part ${index + 1} of ${size}`;
    if (first === undefined) {
      yield refused(
        which,
        NAMELESS,
        badInput(`Of this export ${which} is missing.`, 'Save the image of that part, and name it too.'),
      );
      continue;
    }
    yield* first.rows;
    for (const { place } of again)
      yield skipped(place, NAMELESS, `This is ${which} of the export, which is there already.`);
  }
}
