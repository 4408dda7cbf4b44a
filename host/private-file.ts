import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { systemCode } from './errors.ts';
import { TEMPORARY_NAME_BYTES } from './limits.ts';

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

/** Makes a file for its owner alone, whole, unless one is there: of two programs that start at once one wins. */
export function createPrivately(path: string, text: string): void {
  const temporary = writeBeside(path, text);
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  } finally {
    unlinkSync(temporary);
  }
  syncFolder(dirname(path));
}

/** Puts a new text in place of a file's: readers see one of them whole, and so does who comes after a power cut. */
export function replacePrivately(path: string, text: string): void {
  renameSync(writeBeside(path, text), path);
  syncFolder(dirname(path));
}

function writeBeside(path: string, text: string): string {
  const temporary = `${path}.${randomBytes(TEMPORARY_NAME_BYTES).toString('hex')}`;
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
