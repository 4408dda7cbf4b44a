import { statSync } from 'node:fs';
import { FileLocked, type LockRefusal, whileLocked, whileLockedFor } from '../file-lock.ts';
import { PrivateFileError, readPrivately, replacePrivately } from '../private-file.ts';
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

/**
 * Why a key file cannot be used. `exposed`: other users may read it; `newer`: a later version of the format;
 * `incomplete`: it lacks a key that stored values need.
 */
export type KeyFileProblem =
  | 'missing'
  | 'exposed'
  | 'unreadable'
  | 'damaged'
  | 'incomplete'
  | 'newer'
  | 'busy'
  | 'unwritable';

/** A kind of key file: its format, and the errors of its program. */
export interface KeyFileFormat extends KeyTextFormat {
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
  return whileLocked(path, lockRefusal(format, path), () => {
    // Of two programs that start at once, the second takes the keys of the first.
    const present = textAt(format, path);
    const made = present ?? newKeyText(format);
    if (present === undefined) put(format, path, made);
    return parsed(format, path, made);
  });
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

/** A key file that this process alone may change, until the work of `changeKeys` ends. */
export interface LockedKeyFile {
  /** @throws the format's error */
  read(): KeyText;
  /**
   * Appends a new sealing key. Makes no second `next` key.
   * @throws the format's error
   */
  add(purpose: KeyPurpose): KeyText;
  /** Makes a `next` key the current one for programs that read the file from now on. @throws the format's error */
  promote(keyId: string): void;
  /**
   * Removes all other sealing keys: values sealed under them can never be opened again. Does nothing if it has none of
   * these.
   * @throws the format's error
   */
  keepOnly(keyIds: ReadonlySet<string>): void;
  /** @throws the format's error `incomplete` if the file lacks one of these keys */
  demand(keyIds: ReadonlySet<string>): void;
}

/**
 * Runs work that changes a key file, such as a re-keying from the new key to the removal of the old one, while no other
 * program does the same. Waits a few seconds for it.
 *
 * @throws the format's error `busy`; errors of the work
 */
export function changeKeys<T>(
  format: KeyFileFormat,
  path: string,
  work: (file: LockedKeyFile) => Promise<T>,
): Promise<T> {
  return whileLockedFor(path, lockRefusal(format, path), () => work(lockedFile(format, path)));
}

function lockRefusal(format: KeyFileFormat, path: string): LockRefusal {
  return cause => format.error(cause instanceof FileLocked ? 'busy' : 'unwritable', path, cause);
}

function lockedFile(format: KeyFileFormat, path: string): LockedKeyFile {
  const rewrite = (change: (text: string, keys: KeyText) => string) => {
    const before = presentText(format, path);
    const text = change(before, parsed(format, path, before));
    const keys = parsed(format, path, text);
    if (text !== before) put(format, path, text);
    return keys;
  };
  return {
    read: () => readKeys(format, path),
    add: purpose =>
      rewrite((text, { nextKeyId }) =>
        purpose === 'next' && nextKeyId !== undefined ? text : withKey(format, text, purpose),
      ),
    promote: keyId =>
      void rewrite((text, { currentKeyId }) =>
        currentKeyId === keyId ? text : withPromoted(format, text, keyId),
      ),
    keepOnly: keyIds =>
      void rewrite((text, { sealing }) =>
        [...keyIds].some(id => sealing.has(id)) ? withOnly(format, text, keyIds) : text,
      ),
    demand(keyIds) {
      const { sealing } = readKeys(format, path);
      if ([...keyIds].some(id => !sealing.has(id))) throw format.error('incomplete', path);
    },
  };
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

/** Rewrites the file atomically: readers see the old or the new text, and a power cut leaves one of them. */
function put(format: KeyFileFormat, path: string, text: string): void {
  try {
    replacePrivately(path, text);
  } catch (error) {
    throw format.error('unwritable', path, error);
  }
}
