import { isUtf8 } from 'node:buffer';
import { badInput, type Enrolment } from '../../enrol/enrolment.ts';
import { type FobError, isFobError } from '../../errors.ts';
import { LINES_MAX, ROWS_MAX } from './limits.ts';
import type { Work } from './work.ts';

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
  /** Ends the import between two of its steps. */
  readonly signal?: AbortSignal | undefined;
  /** Pixels of the largest image that is looked at; those of a photograph where left out. */
  readonly imagePixelsMax?: number | undefined;
}

/** The same inside an import, with the work that its files may ask for together. */
export interface ReadAids extends ReadTools {
  readonly work: Work;
}

/** Reads one format. @throws FobError `bad-input` for a file that cannot be read as a whole, `cancelled` */
export type ReadFormat = (file: SourceFile, aids: ReadAids) => Promise<ImportRow[]>;

/** One account of a file, or what stands where one could be. */
export interface ImportRow {
  /** Where it stands, for a person who looks it up: `line 3`, `entry 2`. */
  readonly place: string;
  readonly issuer: string;
  /** As the fob shows it: the serial number where the file has no other name. */
  readonly label: string;
  /** Who has the account, whole as the file has it; empty where it does not say so. */
  readonly user: string;
  /** Of the token, where the file has one. */
  readonly serial?: string;
  readonly outcome: RowOutcome;
}

/**
 * ok: a fob can hold it. skipped: there is nothing to enrol, or it is there already. refused: it asks for what a fob
 * cannot do, or it is broken. `reason` and `next` are sentences; no text holds a secret.
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

/** A row by what `build` makes of it: whatever it refuses is the reason of this row and stops no other. */
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
 * Rows of what a file holds, counted while they are made: what comes behind the last one is not even looked at.
 * @throws FobError `bad-input` for more than are read at once, `cancelled`
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

/** @throws FobError `bad-input` for more rows than are read at once */
export function checkRowCount(count: number): void {
  if (count <= ROWS_MAX) return;
  throw badInput(
    `The file holds more than ${ROWS_MAX} rows.`,
    'Split it, and import the pieces one after the other.',
  );
}

/** A line of a text that holds something else than a comment. */
export interface TextLine {
  /** `line 3` */
  readonly place: string;
  /** Without white space around it. */
  readonly text: string;
}

/**
 * Lines one by one, without those that are empty or begin with `#`: a file of nothing but line ends would be a list of
 * millions.
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

/** The file as text. @throws FobError `bad-input` for what is not UTF-8 */
export function textOf(file: SourceFile): string {
  return new TextDecoder().decode(utf8Of(file));
}

/** The same as its bytes. @throws FobError `bad-input` */
export function utf8Of({ bytes }: SourceFile): Uint8Array {
  try {
    const text = decoded16(bytes);
    if (text.includes(0)) throw notText(text);
    if (isUtf8(text)) return text;
  } catch (error) {
    if (isFobError(error)) throw error;
    // Half a character of UTF-16.
  }
  throw notText(bytes);
}

/** Spreadsheets save "Unicode text" as UTF-16 with a mark; everything else is taken as it is. */
function decoded16(bytes: Uint8Array): Uint8Array {
  const [first, second] = bytes;
  const isLittle = first === 0xff && second === 0xfe;
  if (!isLittle && !(first === 0xfe && second === 0xff)) return bytes;
  const text = new TextDecoder(isLittle ? 'utf-16le' : 'utf-16be', { fatal: true }).decode(bytes);
  return new TextEncoder().encode(text);
}

/** Files that are often taken for a table or an export, by their first bytes. */
const KINDS: readonly (readonly [start: string, kind: string, next: string])[] = [
  ['PK\u0003\u0004', 'a ZIP archive, or a spreadsheet such as .xlsx', 'Unpack it, or save the table as CSV.'],
  ['\u00d0\u00cf\u0011\u00e0', 'a document of Office, such as .xls', 'Save the table as CSV.'],
  ['%PDF', 'a PDF', 'Save the QR codes in it as PNG images.'],
  ['SQLite format 3', 'a database', 'Use the export of the program that it belongs to.'],
  ['\u001f\u008b', 'compressed by gzip', 'Unpack it first.'],
  ['GIF8', 'a GIF image', 'Save it as a PNG or JPEG image.'],
  ['RIFF', 'an image or a sound of the kind RIFF, such as .webp', 'Save it as a PNG or JPEG image.'],
];

/** Text in another encoding can be saved as UTF-8; what is no text at all cannot. */
function notText(bytes: Uint8Array): Error {
  const start = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  const known = KINDS.find(([begins]) => start.startsWith(begins));
  if (known !== undefined) return badInput(`The file is not text: it is ${known[1]}.`, known[2]);
  const isBinary = bytes.some(byte => byte < 0x20 && ![0x09, 0x0a, 0x0c, 0x0d, 0x1b].includes(byte));
  return isBinary
    ? badInput(
        'The file is not text, and its format is not known.',
        'Name the export itself, or an image of its codes.',
      )
    : badInput('The file is not text in UTF-8.', 'Export it again, or save it as UTF-8.');
}
