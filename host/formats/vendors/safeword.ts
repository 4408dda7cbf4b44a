import { SECRET_BYTES_MIN } from '@passfob/protocol/limits';
import { badInput, type Enrolment } from '../../enrol/enrolment.ts';
import { enrolmentOf } from '../base/draft.ts';
import { hexBytes } from '../base/encodings.ts';
import {
  checkedRow,
  type ImportRow,
  linesOf,
  NAMELESS,
  type ReadAids,
  readRows,
  type SourceFile,
  textOf,
} from '../base/row.ts';

/** Whether a line begins a token in a file of SafeWord (`.dat`). */
export function isSafeWordLine(line: string): boolean {
  return /^dn:\s*sccAuthenticatorId=/i.test(line);
}

/** Reads the token records of SafeWord (`.dat`), as eToken PASS came with: a block of lines `name: value` for each. */
export async function readSafeWord(file: SourceFile, { work }: ReadAids): Promise<ImportRow[]> {
  return readRows(recordsIn(textOf(file)), work, ({ place, values }) => rowOf(place, values));
}

interface TokenRecord {
  readonly place: string;
  /** Names in lower case. */
  readonly values: ReadonlyMap<string, string>;
}

/** Yields records; each begins with its `dn`. */
function* recordsIn(text: string): Generator<TokenRecord> {
  let record: { place: string; values: Map<string, string> } | undefined;
  for (const { place, text: line } of linesOf(text)) {
    if (isSafeWordLine(line)) {
      if (record !== undefined) yield record;
      record = { place, values: new Map() };
    }
    const colon = line.indexOf(':');
    if (colon > 0)
      record?.values.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  if (record === undefined)
    throw badInput('The file holds no token of SafeWord.', 'Name the file with the seeds.');
  yield record;
}

function rowOf(place: string, values: ReadonlyMap<string, string>): ImportRow {
  const data = new Map(
    (values.get('scctokendata') ?? '').split(';').map(part => {
      const equals = part.indexOf('=');
      return [part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1).trim()] as const;
    }),
  );
  const isKey = (hexBytes(data.get('scckey') ?? '')?.length ?? 0) >= SECRET_BYTES_MIN;
  const serial = values.get('sccauthenticatorid') ?? '';
  const names = isKey ? { issuer: '', label: '', serial } : NAMELESS;
  return checkedRow(place, names, () => accountOf(names, data));
}

function accountOf(names: typeof NAMELESS, data: ReadonlyMap<string, string>): Enrolment {
  const mode = data.get('sccmode')?.toUpperCase();
  if (mode !== 'E' && mode !== 'T') {
    throw badInput('It is neither event-based nor time-based.', 'Keep the token, and enrol the others.');
  }
  if (mode === 'T' && data.has('sccprtime')) {
    throw badInput(
      'It counts time from the year 2000, which a fob does not.',
      'Enrol a new secret for this user: passfob enroll --generate',
    );
  }
  return enrolmentOf({
    ...names,
    type: mode === 'E' ? 'hotp' : 'totp',
    secret: { as: 'hex', text: data.get('scckey') ?? '' },
    algorithm: data.get('crypto'),
    digits: data.get('sccpwlen'),
    period: data.get('scctick'),
    counter: data.get('scceventcount'),
  });
}
