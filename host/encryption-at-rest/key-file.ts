import { closeSync, openSync, statSync, unlinkSync } from 'node:fs';
import { systemCode } from '../errors.ts';
import { createPrivately, PrivateFileError, readPrivately, replacePrivately } from '../private-file.ts';
import {
  type KeyPurpose,
  type KeyText,
  type KeyTextFormat,
  newKeyText,
  parseKeys,
  withKey,
  withOnly,
  withPromoted,
} from './key-text.ts';
import { KEY_FILE_BYTES_MAX } from './limits.ts';
import type { EncryptionKeys } from './seal.ts';

/** Why a key file cannot be used. `exposed`: other users may read it; `newer`: a later version of the format. */
export type KeyFileProblem =
  | 'missing'
  | 'exposed'
  | 'unreadable'
  | 'damaged'
  | 'newer'
  | 'busy'
  | 'unwritable';

/** A kind of key file: its format, and the errors of its program. */
export interface KeyFileFormat extends KeyTextFormat {
  /**
   * Programs that change the file exclude each other by a lock file beside it (`lockPathOf`); a lock left by a crash
   * expires after this time. Absent: no lock.
   */
  readonly lockMs?: number;
  error(problem: KeyFileProblem, path: string, cause?: unknown): Error;
}

/**
 * Reads a key file, or creates it.
 *
 * @param mayCreate false if encrypted rows exist already: a new key could never open them
 * @throws the format's error
 */
export function openKeys(format: KeyFileFormat, path: string, mayCreate: boolean): KeyText {
  const text = textAt(format, path);
  if (text !== undefined) return parsed(format, path, text);
  if (!mayCreate) throw format.error('missing', path);
  put(format, path, newKeyText(format), createPrivately);
  return readKeys(format, path);
}

/** Reads the keys of a key file that must exist. @throws the format's error */
function readKeys(format: KeyFileFormat, path: string): KeyText {
  return parsed(format, path, presentText(format, path));
}

/** Keys that can grow in number, with a current key that can change while the program runs. */
export interface FollowedKeys extends EncryptionKeys {
  readonly reload: () => void;
  /** Makes a known key the current one for new seals. */
  readonly follow: (keyId: string) => void;
}

/** Follows a key file that other programs change. @param first the file's present keys */
export function followKeys(format: KeyFileFormat, path: string, first: KeyText): FollowedKeys {
  const sealing = new Map(first.sealing);
  let { currentKeyId } = first;
  let seen = stampOf(path);
  return {
    sealing,
    get currentKeyId() {
      return currentKeyId;
    },
    reload() {
      const stamp = stampOf(path);
      if (stamp === seen) return;
      try {
        const fresh = readKeys(format, path);
        seen = stamp;
        for (const [id, key] of fresh.sealing) if (!sealing.has(id)) sealing.set(id, key);
      } catch {
        // The known keys stay in use; the next start reports an invalid file.
      }
    },
    follow(keyId) {
      if (sealing.has(keyId)) currentKeyId = keyId;
    },
  };
}

/** A value that changes each time the file is rewritten. */
function stampOf(path: string): string {
  const facts = statSync(path, { throwIfNoEntry: false });
  return facts === undefined ? '' : `${facts.ino} ${facts.size} ${facts.mtimeMs}`;
}

/**
 * Appends a new sealing key. Makes no second `next` key.
 *
 * @throws the format's error
 */
export function addKey(format: KeyFileFormat, path: string, purpose: KeyPurpose): KeyText {
  return rewrite(format, path, (text, keys) =>
    purpose === 'next' && keys.nextKeyId !== undefined ? text : withKey(format, text, purpose),
  );
}

/** Makes a `next` key the current one for programs that read the file from now on. @throws the format's error */
export function promote(format: KeyFileFormat, path: string, keyId: string): void {
  rewrite(format, path, (text, keys) =>
    keys.currentKeyId === keyId ? text : withPromoted(format, text, keyId),
  );
}

/**
 * Removes all sealing keys but one: values sealed under the others can never be opened again.
 *
 * @param keyId the key to keep; by default the file's current one
 * @throws the format's error
 */
export function keepOnly(format: KeyFileFormat, path: string, keyId?: string): void {
  rewrite(format, path, (text, { currentKeyId, sealing }) => {
    const kept = keyId ?? currentKeyId;
    return sealing.has(kept) ? withOnly(format, text, kept) : text;
  });
}

/** Rewrites the file atomically: readers see the old or the new text, and a power cut leaves one of them. */
function rewrite(
  format: KeyFileFormat,
  path: string,
  change: (text: string, keys: KeyText) => string,
): KeyText {
  return locked(format, path, () => {
    const before = presentText(format, path);
    const text = change(before, parsed(format, path, before));
    const keys = parsed(format, path, text);
    if (text !== before) put(format, path, text, replacePrivately);
    return keys;
  });
}

function parsed(format: KeyFileFormat, path: string, text: string): KeyText {
  const keys = parseKeys(format, text);
  if (typeof keys === 'string') throw format.error(keys, path);
  return keys;
}

function presentText(format: KeyFileFormat, path: string): string {
  const text = textAt(format, path);
  if (text === undefined) throw format.error('missing', path);
  return text;
}

function textAt(format: KeyFileFormat, path: string): string | undefined {
  try {
    return readPrivately(path, KEY_FILE_BYTES_MAX);
  } catch (error) {
    if (!(error instanceof PrivateFileError)) throw error;
    throw format.error(error.reason === 'unfit' ? 'damaged' : error.reason, path, error);
  }
}

function put(
  format: KeyFileFormat,
  path: string,
  text: string,
  write: (path: string, text: string) => void,
): void {
  try {
    write(path, text);
  } catch (error) {
    throw format.error('unwritable', path, error);
  }
}

/** The lock file that exists while a program changes the key file. */
export function lockPathOf(path: string): string {
  return `${path}.new`;
}

function locked<T>(format: KeyFileFormat, path: string, work: () => T): T {
  if (format.lockMs === undefined) return work();
  const descriptor = openLock(format, path, format.lockMs);
  try {
    return work();
  } finally {
    closeSync(descriptor);
    removeLock(path);
  }
}

/** Exclusive creation lets only one of two programs make the lock, an empty file. */
function openLock(format: KeyFileFormat, path: string, lockMs: number): number {
  const lock = lockPathOf(path);
  try {
    return openSync(lock, 'wx', 0o600);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    const left = statSync(lock, { throwIfNoEntry: false });
    if (left !== undefined && Date.now() - left.mtimeMs < lockMs) throw format.error('busy', path, error);
    removeLock(path);
    return openSync(lock, 'wx', 0o600);
  }
}

function removeLock(path: string): void {
  try {
    unlinkSync(lockPathOf(path));
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}
