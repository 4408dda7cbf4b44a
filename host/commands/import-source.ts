import { basename } from 'node:path';
import { badInput } from '../enrol/enrolment.ts';
import { hexBytes } from '../formats/base/encodings.ts';
import { FILE_BYTES_MAX, FILES_BYTES_MAX, PASSWORD_BYTES_MAX } from '../formats/base/limits.ts';
import type { Assumed, ImportRow, ReadTools } from '../formats/base/row.ts';
import type { FormatName } from '../formats/format-names.ts';
import { readFiles } from '../formats/read.ts';
import { type FileSource, readFirstLine, readWhole } from '../read-whole.ts';

/** The files to import, and how to open them. */
export interface ImportSource {
  readonly files: readonly FileSource[];
  readonly format?: FormatName | undefined;
  /** Only rows with these names: label, issuer or `issuer:label`, in any case. */
  readonly only: readonly string[];
  /** For tables that do not contain these values. */
  readonly assumed?: Assumed | undefined;
  /** File with the password of encrypted files; without it a person is asked. */
  readonly passwordFile?: string | undefined;
  /** File with the pre-shared key of PSKC files, as bytes or in hexadecimal; without it a person is asked. */
  readonly keyFile?: string | undefined;
}

/** Asks a person without echo. */
export type AskSecret = (message: string) => Promise<string>;

/**
 * Reads the selected rows of the files, each with whether a fob can hold it.
 * @param signal stops it between two steps
 * @throws FobError `bad-input`, `cancelled`, `usage` if a password is needed and nobody can be asked
 */
export async function readImport(
  source: ImportSource,
  ask: AskSecret,
  signal?: AbortSignal,
): Promise<ImportRow[]> {
  const files = [];
  let left = FILES_BYTES_MAX;
  for (const file of source.files) {
    const bytes = await readWhole(file, FILE_BYTES_MAX, signal);
    left -= bytes.length;
    if (left < 0) throw badInput('The files are too big together.', 'Import some at a time.');
    const named = typeof file === 'string' ? { name: basename(file), path: file } : { name: file.name };
    files.push({ ...named, bytes });
  }
  const tools = { ...readTools(source, ask, signal), assumed: source.assumed, signal };
  return chosen(await readFiles(files, tools, source.format), source.only);
}

function readTools(
  { passwordFile, keyFile }: ImportSource,
  ask: AskSecret,
  signal: AbortSignal | undefined,
): ReadTools {
  return {
    async password(file) {
      if (passwordFile === undefined) return ask(`Password of ${file} (not shown):`);
      return readPassword(passwordFile, signal);
    },
    async key(file, name) {
      if (keyFile !== undefined) return readKey(keyFile, signal);
      const typed = hexBytes(await ask(`Key "${name}" of ${file}, in hexadecimal (not shown):`));
      if (typed !== undefined && isKey(typed)) return typed;
      throw notAKey();
    },
  };
}

/** Reads a password from a file. @throws FobError `bad-input`, `cancelled` */
export async function readPassword(path: string, signal: AbortSignal | undefined): Promise<string> {
  const line = await readFirstLine(path, PASSWORD_BYTES_MAX, signal);
  if (line !== '') return line;
  throw badInput(`The file ${path} holds no password.`, 'Put the password into its first line.');
}

/** Reads an AES key as bytes or in hexadecimal. @throws FobError `bad-input` */
export async function readKey(path: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const bytes = await readWhole(path, PASSWORD_BYTES_MAX, signal);
  if (isKey(bytes)) return bytes;
  const written = hexBytes(Buffer.from(bytes).toString('latin1'));
  if (written !== undefined && isKey(written)) return written;
  throw notAKey();
}

function isKey({ length }: Uint8Array): boolean {
  return length === 16 || length === 24 || length === 32;
}

function notAKey(): Error {
  return badInput(
    'This is not a key: 16, 24 or 32 bytes are needed, raw or in hexadecimal.',
    'Give the key that came with the file.',
  );
}

function chosen(rows: readonly ImportRow[], only: readonly string[]): ImportRow[] {
  if (only.length === 0) return [...rows];
  const plain = (text: string) =>
    text
      .toLowerCase()
      .replace(/\s*:\s*/, ':')
      .trim();
  const isMeant = ({ issuer, label }: ImportRow, name: string) =>
    [label, issuer, `${issuer}:${label}`].some(text => text !== '' && plain(text) === plain(name));
  const missing = only.filter(name => !rows.some(row => isMeant(row, name)));
  if (missing.length > 0) {
    throw badInput(
      `No account in the files is called ${missing.map(name => `"${name}"`).join(', ')}.`,
      'See their names: passfob import FILE --dry-run',
    );
  }
  return rows.filter(row => only.some(name => isMeant(row, name)));
}
