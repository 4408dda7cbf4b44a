import { isUtf8 } from 'node:buffer';
import { badInput, type Enrolment } from '../../enrol/enrolment.ts';
import { type FobError, isFobError } from '../../errors.ts';
import { closedKind } from './closed.ts';
import { LINES_MAX, ROWS_MAX } from './limits.ts';
import type { Work } from './work.ts';

/** A file to import. */
export interface SourceFile {
  /** The name that a person knows; only for messages. */
  readonly name: string;
  /** For commands in next steps, if it is a file of this computer. */
  readonly path?: string;
  readonly bytes: Uint8Array;
}

/** Values of accounts that some files do not contain, from the person who knows the tokens. */
export interface Assumed {
  readonly type?: 'totp' | 'hotp' | undefined;
  readonly algorithm?: string | undefined;
  readonly digits?: number | undefined;
  /** Seconds. */
  readonly period?: number | undefined;
  /** Of seeds. */
  readonly encoding?: 'hex' | 'base32' | undefined;
}

/** Questions that an encrypted file may need answered, and limits. */
export interface ReadTools {
  /** Returns the password of a file. */
  readonly password: (file: string) => Promise<string>;
  /** Returns the pre-shared key of a file (PSKC). @param name the key's name in the file */
  readonly key: (file: string, name: string) => Promise<Uint8Array>;
  /** For tables that do not contain these values. */
  readonly assumed?: Assumed | undefined;
  /** Stops the import between two steps. */
  readonly signal?: AbortSignal | undefined;
  /** Pixels of the largest image accepted; default: those of a photograph. */
  readonly imagePixelsMax?: number | undefined;
}

/** The tools with the work limit that all files of an import share. */
export interface ReadAids extends ReadTools {
  readonly work: Work;
}

/** Reads one format. @throws FobError `bad-input` for a file that cannot be read as a whole, `cancelled` */
export type ReadFormat = (file: SourceFile, aids: ReadAids) => Promise<ImportRow[]>;

/** One account of a file, or an entry that cannot be read as one. */
export interface ImportRow {
  /** Its place in the file, for a person: `line 3`, `entry 2`. */
  readonly place: string;
  readonly issuer: string;
  /** The fob's text: the serial number if the file has no other name. */
  readonly label: string;
  /** The account's user, uncut as in the file; empty if the file has none. */
  readonly user: string;
  /** The token's serial number, if the file has one. */
  readonly serial?: string;
  readonly outcome: RowOutcome;
}

/**
 * ok: a fob can hold it. skipped: nothing to enrol, or already there. refused: a fob cannot do it, or it is broken.
 * `reason` and `next` are sentences; no text holds a secret.
 */
export type RowOutcome =
  | { readonly state: 'ok'; readonly enrolment: Enrolment }
  | { readonly state: 'skipped' | 'refused'; readonly reason: string; readonly next: string };

export interface RowName {
  readonly issuer: string;
  readonly label: string;
  readonly serial?: string | undefined;
}

export const NAMELESS: RowName = { issuer: '', label: '' };

/** Builds a row; a `bad-input` of `build` refuses only this row. */
export function checkedRow(place: string, name: RowName, build: () => Enrolment): ImportRow {
  try {
    const enrolment = build();
    const { issuer, label } = enrolment;
    return { place, ...plain(name), issuer, label, outcome: { state: 'ok', enrolment } };
  } catch (error) {
    if (!isFobError(error, 'bad-input')) throw error;
    return refused(place, name, error);
  }
}

export function refused(place: string, name: RowName, { message, next }: FobError): ImportRow {
  return { place, ...plain(name), outcome: { state: 'refused', reason: message, next } };
}

export function skipped(place: string, name: RowName, reason: string, next = ''): ImportRow {
  return { place, ...plain(name), outcome: { state: 'skipped', reason, next } };
}

function plain({ issuer, label, serial = '' }: RowName) {
  return { issuer, label: label || serial, user: label, ...(serial !== '' && { serial }) };
}

/**
 * Reads rows and counts them meanwhile: items after the last allowed row are not read at all.
 * @throws FobError `bad-input` for too many rows, `cancelled`
 */
export async function readRows<T>(
  items: Iterable<T>,
  work: Work,
  read: (item: T, at: number) => ImportRow | Iterable<ImportRow>,
): Promise<ImportRow[]> {
  const rows: ImportRow[] = [];
  for (const item of items) {
    const made = read(item, rows.length);
    for (const row of 'outcome' in made ? [made] : made) {
      checkRowCount(rows.length + 1);
      rows.push(row);
    }
    if (work.isDue) await work.pause();
  }
  return rows;
}

/** @throws FobError `bad-input` for too many rows */
export function checkRowCount(count: number): void {
  if (count <= ROWS_MAX) return;
  throw badInput(
    `The file holds more than ${ROWS_MAX} rows.`,
    'Split it, and import the pieces one after the other.',
  );
}

/** A line of a text that is neither empty nor a comment. */
export interface TextLine {
  /** `line 3` */
  readonly place: string;
  /** Without surrounding white space. */
  readonly text: string;
}

/**
 * Yields lines, without those that are empty or begin with `#`. One by one, because a file of line ends only would
 * give a list of millions.
 * @throws FobError `bad-input` for too many
 */
export function* linesOf(text: string): Generator<TextLine> {
  const body = text.replace(/^\ufeff/, '');
  const ends = /\r\n|\r|\n|$/g;
  let from = 0;
  for (let number = 1; from <= body.length; number++) {
    if (number > LINES_MAX) throw badInput(`The file holds more than ${LINES_MAX} lines.`, 'Split it.');
    ends.lastIndex = from;
    const end = ends.exec(body);
    const line = body.slice(from, end?.index).trim();
    if (line !== '' && !line.startsWith('#')) yield { place: `line ${number}`, text: line };
    from = (end?.index ?? body.length) + (end?.[0].length || 1);
  }
}

/** Whether the file is text in UTF-8 or UTF-16. */
export function isText({ bytes }: SourceFile): boolean {
  const [first, second] = bytes;
  const isMarked16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return isMarked16 || (!bytes.includes(0) && isUtf8(bytes));
}

/** Returns the file as text. @throws FobError `bad-input` if it is not UTF-8 */
export function textOf(file: SourceFile): string {
  return new TextDecoder().decode(utf8Of(file));
}

/** Returns the file as bytes of UTF-8. @throws FobError `bad-input` */
export function utf8Of(file: SourceFile): Uint8Array {
  try {
    const text = decoded16(file.bytes);
    if (text.includes(0)) throw notText(file, text);
    if (isUtf8(text)) return text;
  } catch (error) {
    if (isFobError(error)) throw error;
    // An odd number of bytes or half a character is no UTF-16.
  }
  throw notText(file, file.bytes);
}

/** Converts UTF-16 with a byte order mark, which spreadsheets save as "Unicode text"; leaves all else unchanged. */
function decoded16(bytes: Uint8Array): Uint8Array {
  const [first, second] = bytes;
  const isLittle = first === 0xff && second === 0xfe;
  if (!isLittle && !(first === 0xfe && second === 0xff)) return bytes;
  const text = new TextDecoder(isLittle ? 'utf-16le' : 'utf-16be', { fatal: true }).decode(bytes);
  return new TextEncoder().encode(text);
}

/** Suggests UTF-8 for text in another encoding; files of other kinds get another hint. */
function notText(file: SourceFile, text: Uint8Array): Error {
  const known = closedKind(file);
  if (known !== undefined) return known;
  const isBinary = text.some(byte => byte < 0x20 && ![0x09, 0x0a, 0x0c, 0x0d, 0x1b].includes(byte));
  return isBinary
    ? badInput(
        `The file is binary (${file.bytes.length} bytes), and its format is not known.`,
        'Name the export itself, or an image of its codes. An encrypted backup: say whose with --format.',
      )
    : badInput('The file is not text in UTF-8.', 'Export it again, or save it as UTF-8.');
}
