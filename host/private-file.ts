import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { systemCode } from './errors.ts';
import { TEMPORARY_AGE_MS, TEMPORARY_NAME_BYTES } from './limits.ts';
import { readPlainFile, UnfitFile } from './read-whole.ts';

/** Why a private file cannot be used: it cannot be opened, is open to others, or is not such a file at all. */
export class PrivateFileError extends Error {
  override readonly name = 'PrivateFileError';
  readonly reason: 'unreadable' | 'exposed' | 'unfit';

  constructor(reason: PrivateFileError['reason'], cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause });
    this.reason = reason;
  }
}

/**
 * Reads a file of keys through one descriptor, so that the checked file is the one that is read.
 *
 * @returns undefined if there is none
 * @throws PrivateFileError if it is a link, no plain file, too large, owned by another user or open to others
 */
export function readPrivately(path: string, bytesMax: number): string | undefined {
  try {
    return readPlainFile(path, bytesMax, refuseExposed, constants.O_NOFOLLOW ?? 0).toString('utf8');
  } catch (error) {
    if (error instanceof PrivateFileError) throw error;
    if (error instanceof UnfitFile) throw new PrivateFileError('unfit');
    if (systemCode(error) === 'ENOENT') return undefined;
    throw new PrivateFileError('unreadable', error);
  }
}

/** Windows has no such mode bits; there the folder's access list protects the file. */
function refuseExposed({ mode, uid }: Stats): void {
  const isOpen = (mode & 0o077) !== 0 || uid !== process.getuid?.();
  if (process.platform !== 'win32' && isOpen) throw new PrivateFileError('exposed');
}

/**
 * Creates a file atomically, readable only by its owner: it is whole or absent, and replaces no other. A killed program
 * leaves at most a temporary file beside it, which the next writer deletes.
 * @throws an error with the code EEXIST if the file exists, and others of the file system
 */
export function createWhole(path: string, content: string | Uint8Array): void {
  const temporary = writeBeside(path, content);
  try {
    placeNew(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
  syncFolder(dirname(path));
}

function placeNew(temporary: string, path: string): void {
  try {
    linkSync(temporary, path);
  } catch (error) {
    // File systems of memory sticks have no second names for a file.
    if (!WITHOUT_LINKS.includes(systemCode(error))) throw error;
    closeSync(openSync(path, 'wx', 0o600));
    try {
      renameSync(temporary, path);
    } catch (failure) {
      unlinkSync(path);
      throw failure;
    }
  }
}

const WITHOUT_LINKS: readonly string[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/**
 * Replaces a file's text atomically: readers see the old or the new text, even after a power cut. A killed program
 * leaves at most a temporary file beside it, which the next writer deletes.
 */
export function replacePrivately(path: string, text: string): void {
  renameSync(writeBeside(path, text), path);
  syncFolder(dirname(path));
}

/**
 * Opens a file for writing that begins anew, readable only by its owner. A program that still writes the former file of
 * this name goes on in that one, so the two never mix. A pipe or a terminal is opened as it is.
 * @throws an error of the file system
 */
export function openAnew(path: string): number {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts !== undefined && !facts.isFile()) return openSync(path, 'w');
  const real = facts === undefined ? path : realpathSync(path);
  const temporary = temporaryName(real);
  const descriptor = openSync(temporary, 'wx', 0o600);
  try {
    renameSync(temporary, real);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    unlinkSync(temporary);
    throw error;
  }
}

/** After the file's name: the process id of the writer, random digits, and a mark that no person chooses. */
const TEMPORARY = /^\.(\d{1,10})-[0-9a-f]{8}\.passfob-temporary$/;

/**
 * As earlier versions named them, and perhaps a person a copy: reported, never deleted. Eight digits that form a date are
 * a person's.
 */
const UNMARKED = /^\.(?!\d{8}(?:-\d{8})?$)(?:(\d{1,10})-)?[0-9a-f]{8}$/;

function temporaryName(path: string): string {
  return `${path}.${process.pid}-${randomBytes(TEMPORARY_NAME_BYTES).toString('hex')}.passfob-temporary`;
}

/** Returns what the name of a temporary file has after that of its file; undefined for any other name. */
function endingOf(base: string, name: string, forms: readonly RegExp[]): RegExpExecArray | undefined {
  if (!name.startsWith(base)) return undefined;
  return forms.map(form => form.exec(name.slice(base.length))).find(ending => ending !== null) ?? undefined;
}

/**
 * Whether a file name may belong to a temporary file of a private file, of this version or an earlier one.
 * @param base name of the private file
 */
export function mayBeTemporaryOf(base: string, name: string): boolean {
  return endingOf(base, name, [TEMPORARY, UNMARKED]) !== undefined;
}

/**
 * Returns temporary files of a private file whose writer was killed; each may contain the file's content, including
 * keys.
 */
export function leftoversOf(path: string): string[] {
  return leftBeside(path, [TEMPORARY]);
}

/** Like `leftoversOf`, and files that may be such of an earlier version, or a person's. */
export function possibleLeftoversOf(path: string): string[] {
  return leftBeside(path, [TEMPORARY, UNMARKED]);
}

function leftBeside(path: string, forms: readonly RegExp[]): string[] {
  const folder = dirname(path);
  return readdirSync(folder).flatMap(name => {
    const ending = endingOf(basename(path), name, forms);
    return ending === undefined || isBeingWritten(join(folder, name), ending[1]) ? [] : [join(folder, name)];
  });
}

/**
 * A write takes only an instant, so an old file is left over, even if another process has the writer's number now.
 */
function isBeingWritten(path: string, writer: string | undefined): boolean {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts === undefined || Date.now() - facts.mtimeMs > TEMPORARY_AGE_MS) return false;
  return writer === undefined || isRunning(Number(writer));
}

function isRunning(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

function writeBeside(path: string, content: string | Uint8Array): string {
  for (const leftover of leftoversOf(path)) rmSync(leftover, { force: true });
  const temporary = temporaryName(path);
  const descriptor = openSync(temporary, 'wx', 0o600);
  try {
    // Not `writeSync`, which may write a part.
    writeFileSync(descriptor, content);
    fsyncSync(descriptor);
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  } finally {
    closeSync(descriptor);
  }
  return temporary;
}

/** Makes a new file name durable by syncing its folder. Windows opens no folders and does not need this. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
