import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { systemCode } from './errors.ts';
import { TEMPORARY_AGE_MS, TEMPORARY_NAME_BYTES } from './limits.ts';

/** Why a file that is for its owner alone cannot be used: not to be opened, open to others, or no such file at all. */
export class PrivateFileError extends Error {
  override readonly name = 'PrivateFileError';
  readonly reason: 'unreadable' | 'exposed' | 'unfit';

  constructor(reason: PrivateFileError['reason'], cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause });
    this.reason = reason;
  }
}

/**
 * Reads a file of keys through one descriptor, so that what was checked is what is read.
 *
 * @returns undefined where there is none
 * @throws PrivateFileError where it is a link, no plain file, too large, somebody else's or open to others
 */
export function readPrivately(path: string, bytesMax: number): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw new PrivateFileError('unreadable', error);
  }
  try {
    const facts = fstatSync(descriptor);
    if (!facts.isFile()) throw new PrivateFileError('unfit');
    // Windows has no such mode bits; there the folder's access list guards the file.
    const isOpen = (facts.mode & 0o077) !== 0 || facts.uid !== process.getuid?.();
    if (process.platform !== 'win32' && isOpen) throw new PrivateFileError('exposed');
    if (facts.size > bytesMax) throw new PrivateFileError('unfit');
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Makes a file for its owner alone, whole, unless one is there: of two programs that start at once one wins.
 * A program that is killed leaves at most a temporary file beside it, which the next writer deletes.
 */
export function createPrivately(path: string, text: string): void {
  const temporary = writeBeside(path, text);
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
  syncFolder(dirname(path));
}

/**
 * Puts a new text in place of a file's: readers see one of them whole, and so does who comes after a power cut.
 * A program that is killed leaves at most a temporary file beside it, which the next writer deletes.
 */
export function replacePrivately(path: string, text: string): void {
  renameSync(writeBeside(path, text), path);
  syncFolder(dirname(path));
}

/** Whether a name in the folder of a private file is that of a temporary one of it. @param base name of the file */
export function isTemporaryOf(base: string, name: string): boolean {
  return name.startsWith(`${base}.`) && TEMPORARY.test(name.slice(base.length));
}

/**
 * Behind the file's name: the process that writes, where it says so, and chance. Eight digits are a date: such a file is the
 * copy that a person keeps of it.
 */
const TEMPORARY = /^\.(?!\d{8}(?:-\d{8})?$)(?:(\d{1,10})-)?[0-9a-f]{8}$/;

/** Temporary files of a private file whose writer was killed: each holds what that was to hold, keys among it. */
export function leftoversOf(path: string): string[] {
  const base = basename(path);
  return readdirSync(dirname(path))
    .filter(name => isTemporaryOf(base, name))
    .filter(name => !isBeingWritten(join(dirname(path), name), TEMPORARY.exec(name.slice(base.length))?.[1]))
    .map(name => join(dirname(path), name));
}

/** A writer is there for an instant: what is older is left over, also where the process has a successor of its number. */
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

function writeBeside(path: string, text: string): string {
  for (const leftover of leftoversOf(path)) rmSync(leftover, { force: true });
  const temporary = `${path}.${process.pid}-${randomBytes(TEMPORARY_NAME_BYTES).toString('hex')}`;
  const descriptor = openSync(temporary, 'wx', 0o600);
  try {
    // Not `writeSync`, which may write a part.
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  } finally {
    closeSync(descriptor);
  }
  return temporary;
}

/** A new name is on the disk when its folder is. Windows opens no folders and needs no such thing. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
