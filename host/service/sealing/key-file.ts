import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { ServiceError, systemCode } from '../errors.ts';
import { limits } from '../limits.ts';
import { texts } from '../texts.ts';
import { newKeyText, parseKeys } from './key-text.ts';

/** The service's keys, as the key file holds them. */
export interface Keys {
  /** Sealing keys by key id; rows name the one they are sealed under. */
  readonly sealing: ReadonlyMap<string, Uint8Array>;
  /** The key id that new seals use. */
  readonly currentKeyId: string;
  /** Key of the MACs under which spent passcodes and repeated requests are recognised. */
  readonly mac: Uint8Array;
  /** Reads the file again where it has changed; keys that are known stay known. Absent for keys that are in no file. */
  readonly reload?: () => void;
  /** Makes a known key the one that new seals use. */
  readonly follow?: (keyId: string) => void;
}

/** The file's name in the service's folder. */
export function keyPath(directory: string): string {
  return join(directory, 'service.key');
}

/**
 * Reads `service.key` of a directory; makes it at the first run.
 *
 * @param mayCreate false when the database already holds sealed rows: a new key could never open them
 * @throws ServiceError `key_file_missing`, `key_file_readable`, `key_file_damaged`
 */
export function openKeyFile(directory: string, mayCreate: boolean): Keys {
  const path = keyPath(directory);
  if (readPrivately(path) === undefined) {
    if (!mayCreate) throw new ServiceError('key_file_missing', texts.startup.keyFileMissing);
    create(path);
  }
  return followFile(path);
}

/** The keys of a file that may get more of them while the service runs. */
function followFile(path: string): Keys {
  const first = parseKeys(readKeyText(path));
  const sealing = new Map(first.sealing);
  let { currentKeyId } = first;
  let seen = stampOf(path);
  return {
    sealing,
    mac: first.mac,
    get currentKeyId() {
      return currentKeyId;
    },
    reload() {
      const stamp = stampOf(path);
      if (stamp === seen) return;
      try {
        const fresh = parseKeys(readKeyText(path));
        seen = stamp;
        for (const [id, key] of fresh.sealing) if (!sealing.has(id)) sealing.set(id, key);
      } catch {
        // What is known goes on being used: a file that is wrong now is told of at the next start.
        return;
      }
    },
    follow(keyId) {
      if (sealing.has(keyId)) currentKeyId = keyId;
    },
  };
}

/** Changes with every rewriting of the file. */
function stampOf(path: string): string {
  const facts = statSync(path, { throwIfNoEntry: false });
  return facts === undefined ? '' : `${facts.ino} ${facts.size} ${facts.mtimeMs}`;
}

/**
 * The text of a key file that must be there.
 *
 * @throws ServiceError `key_file_missing`, `key_file_readable`, `key_file_damaged`
 */
export function readKeyText(path: string): string {
  const text = readPrivately(path);
  if (text === undefined) throw new ServiceError('key_file_missing', texts.startup.keyFileMissing);
  return text;
}

/** Reads the file through one descriptor, so that what was checked is what is read. */
function readPrivately(path: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw new ServiceError('key_file_damaged', texts.startup.keyFileUnreadable, error);
  }
  try {
    const facts = fstatSync(descriptor);
    if (!facts.isFile() || facts.size > limits.keyFileMaxBytes)
      throw new ServiceError('key_file_damaged', texts.startup.keyFileDamaged);
    // Windows has no such mode bits; there the folder's access list guards the file.
    if (process.platform !== 'win32') {
      const othersMayRead = (facts.mode & 0o077) !== 0 || facts.uid !== process.getuid?.();
      if (othersMayRead) throw new ServiceError('key_file_readable', texts.startup.keyFileReadable);
    }
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

/** Writes a new key file whole: readers see no file or all of it, and of two that start at once one wins. */
function create(path: string): void {
  const temporary = `${path}.${randomBytes(limits.keyIdBytes).toString('hex')}`;
  const descriptor = openSync(temporary, 'wx', 0o600);
  try {
    writeSync(descriptor, newKeyText());
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  } finally {
    unlinkSync(temporary);
  }
  syncDirectory(dirname(path));
}

/** The file's name must survive a power cut as well as what is later sealed with its keys. Windows cannot do this. */
export function syncDirectory(directory: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(directory, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
