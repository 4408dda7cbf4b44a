import { statSync } from 'node:fs';
import { join } from 'node:path';
import { createPrivately, PrivateFileError, readPrivately } from 'passfob/private-file';
import { ServiceError } from '../../base/errors.ts';
import { sealingLimits } from '../../base/limits/sealing.ts';
import { texts } from '../../base/texts/texts.ts';
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

/** Held while a program changes the key file. Before 0.2 it held the new keys as well. */
export function keyLockPath(directory: string): string {
  return `${keyPath(directory)}.new`;
}

/**
 * Reads `service.key` of a directory; makes it at the first run.
 *
 * @param mayCreate false when the database already holds sealed rows: a new key could never open them
 * @throws ServiceError `key_file_missing`, `key_file_readable`, `key_file_damaged`
 */
export function openKeyFile(directory: string, mayCreate: boolean): Keys {
  const path = keyPath(directory);
  if (read(path) === undefined) {
    if (!mayCreate) throw new ServiceError('key_file_missing', texts.startup.keyFileMissing);
    createPrivately(path, newKeyText());
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
  const text = read(path);
  if (text === undefined) throw new ServiceError('key_file_missing', texts.startup.keyFileMissing);
  return text;
}

function read(path: string): string | undefined {
  const { startup } = texts;
  try {
    return readPrivately(path, sealingLimits.keyFileMaxBytes);
  } catch (error) {
    if (!(error instanceof PrivateFileError)) throw error;
    if (error.reason === 'unfit') throw new ServiceError('key_file_damaged', startup.keyFileDamaged);
    if (error.reason === 'exposed') throw new ServiceError('key_file_readable', startup.keyFileReadable);
    throw new ServiceError('key_file_damaged', startup.keyFileUnreadable, error);
  }
}
