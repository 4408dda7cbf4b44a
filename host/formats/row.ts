import { badInput, type Enrolment } from '../enrol/enrolment.ts';
import { type FobError, isFobError } from '../errors.ts';
import { ROWS_MAX } from './limits.ts';

/** One file that is to be imported. */
export interface SourceFile {
  /** As a person knows it; only for messages. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What an encrypted file may ask for. */
export interface ReadTools {
  /** The password of a file. */
  readonly password: (file: string) => Promise<string>;
  /** The key that was agreed on for a file (PSKC). @param name what the file calls it */
  readonly key: (file: string, name: string) => Promise<Uint8Array>;
}

/** Reads one format. @throws FobError `bad-input` for a file that cannot be read as a whole */
export type ReadFormat = (file: SourceFile, tools: ReadTools) => Promise<Row[]>;

/** One account of a file, or what stands where one could be. */
export interface Row {
  /** Where it stands, for a person who looks it up: `line 3`, `entry 2`. */
  readonly place: string;
  readonly issuer: string;
  readonly label: string;
  readonly outcome: Outcome;
}

/**
 * ok: a fob can hold it. skipped: there is nothing to enrol, or it is there already. refused: it asks for what a fob
 * cannot do, or it is broken. `reason` and `next` are sentences; no text holds a secret.
 */
export type Outcome =
  | { readonly state: 'ok'; readonly enrolment: Enrolment }
  | { readonly state: 'skipped' | 'refused'; readonly reason: string; readonly next: string };

export interface RowName {
  readonly issuer: string;
  readonly label: string;
}

export const NAMELESS: RowName = { issuer: '', label: '' };

/** A row by what `build` makes of it: whatever it refuses is the reason of this row and stops no other. */
export function judge(place: string, name: RowName, build: () => Enrolment): Row {
  try {
    const enrolment = build();
    const { issuer, label } = enrolment;
    return { place, issuer, label, outcome: { state: 'ok', enrolment } };
  } catch (error) {
    if (!isFobError(error, 'bad-input')) throw error;
    return refused(place, name, error);
  }
}

export function refused(place: string, name: RowName, { message, next }: FobError): Row {
  return { place, ...plain(name), outcome: { state: 'refused', reason: message, next } };
}

export function skipped(place: string, name: RowName, reason: string, next = ''): Row {
  return { place, ...plain(name), outcome: { state: 'skipped', reason, next } };
}

function plain({ issuer, label }: RowName): RowName {
  return { issuer, label };
}

/** @throws FobError `bad-input` for more rows than are read at once */
export function checkRowCount(count: number): void {
  if (count <= ROWS_MAX) return;
  throw badInput(
    `The file holds more than ${ROWS_MAX} rows.`,
    'Split it, and import the pieces one after the other.',
  );
}

/** The file as text. @throws FobError `bad-input` for what is not UTF-8 */
export function textOf(file: SourceFile): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(decoded16(file.bytes));
  } catch {
    throw badInput('The file is not text in UTF-8.', 'Export it again, or save it as UTF-8.');
  }
}

/** Spreadsheets save "Unicode text" as UTF-16 with a mark; everything else is taken as it is. */
function decoded16(bytes: Uint8Array): Uint8Array {
  const isLittle = bytes[0] === 0xff && bytes[1] === 0xfe;
  if (!isLittle) return bytes;
  return new TextEncoder().encode(new TextDecoder('utf-16le', { fatal: true }).decode(bytes));
}
