import { closeSync, openSync, statSync, unlinkSync } from 'node:fs';
import { replacePrivately } from 'passfob/private-file';
import { ServiceError, systemCode } from '../../base/errors.ts';
import { recordLimits } from '../../base/limits/records.ts';
import { texts } from '../../base/texts/texts.ts';
import { keyLockPath, keyPath, readKeyText } from './key-file.ts';
import { parseKeys, withNext, withOnly, withPromoted } from './key-text.ts';

/**
 * Adds a sealing key to the key file, to be used later, unless there is one already. Where nodes have key files of their
 * own, they are given this file before re-keying begins.
 *
 * @returns the key's id
 * @throws ServiceError `key_file_…`, `busy`
 */
export function prepareKey(directory: string): string {
  const made = rewrite(directory, text => (parseKeys(text).nextKeyId === undefined ? withNext(text) : text));
  return parseKeys(made).nextKeyId ?? '';
}

/** Makes a key of the file the one that new seals use from the next start on. */
export function promoteKey(directory: string, keyId: string): void {
  rewrite(directory, text => (parseKeys(text).currentKeyId === keyId ? text : withPromoted(text, keyId)));
}

/** Removes all sealing keys but one from the file: nothing that is sealed under them can be opened after this. */
export function retireOtherKeys(directory: string, keyId: string): void {
  rewrite(directory, text => (parseKeys(text).sealing.has(keyId) ? withOnly(text, keyId) : text));
}

/** Rewrites the file whole: readers see the old text or the new one, and a power cut leaves one of them. */
function rewrite(directory: string, change: (text: string) => string): string {
  const path = keyPath(directory);
  const lock = keyLockPath(directory);
  const descriptor = openLock(lock);
  try {
    const before = readKeyText(path);
    const text = change(before);
    parseKeys(text);
    if (text !== before) replacePrivately(path, text);
    return text;
  } finally {
    closeSync(descriptor);
    removeLock(lock);
  }
}

/** Of two programs one makes the lock, which holds nothing. One that a crash left behind goes after a minute. */
function openLock(path: string): number {
  try {
    return openSync(path, 'wx', 0o600);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    const left = statSync(path, { throwIfNoEntry: false });
    if (left !== undefined && Date.now() - left.mtimeMs < recordLimits.keyFileLockMs)
      throw new ServiceError('busy', texts.records.keyFileBusy, error);
    removeLock(path);
    return openSync(path, 'wx', 0o600);
  }
}

function removeLock(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}
