import { join } from 'node:path';
import {
  addKey,
  followKeys,
  type KeyFileFormat,
  type KeyFileProblem,
  keepOnly,
  lockPathOf,
  openKeys,
  promote,
} from 'passfob/encryption-at-rest/key-file';
import type { EncryptionKeys } from 'passfob/encryption-at-rest/seal';
import { ServiceError, type ServiceErrorCode } from '../../base/errors.ts';
import { encryptionLimits } from '../../base/limits/encryption.ts';
import { texts } from '../../base/texts/texts.ts';

/** The service's keys, from the key file. */
export interface Keys extends EncryptionKeys {
  /** Key of the MACs that identify used passcodes and repeated requests. */
  readonly mac: Uint8Array;
  /** Selects a known key for new encryptions. Absent for keys that are not in a file. */
  readonly follow?: (keyId: string) => void;
}

const FORMAT: KeyFileFormat = {
  heading: 'passfob service keys',
  lines: 'purposes',
  lockMs: encryptionLimits.keyFileLockMs,
  error(problem, _path, cause) {
    // Reported in the system's words, as for every other file of the service.
    if (problem === 'unwritable' && cause instanceof Error) return cause;
    const [code, text] = ERRORS[problem];
    return new ServiceError(code, text, cause);
  },
};

const { startup, records } = texts;
const ERRORS: Readonly<Record<KeyFileProblem, readonly [ServiceErrorCode, string]>> = {
  missing: ['key_file_missing', startup.keyFileMissing],
  exposed: ['key_file_readable', startup.keyFileReadable],
  unreadable: ['key_file_damaged', startup.keyFileUnreadable],
  unwritable: ['key_file_damaged', startup.keyFileUnreadable],
  damaged: ['key_file_damaged', startup.keyFileDamaged],
  newer: ['key_file_damaged', records.keyFileNewer],
  busy: ['busy', records.keyFileBusy],
};

/** Returns the path of the key file in the service's folder. */
export function keyPath(directory: string): string {
  return join(directory, 'service.key');
}

/**
 * Returns the path of the lock that a program holds while it changes the key file. Before 0.2 it contained the new
 * keys as well.
 */
export function keyLockPath(directory: string): string {
  return lockPathOf(keyPath(directory));
}

/**
 * Reads `service.key` of a directory, and follows its changes; creates it at the first run.
 *
 * @param mayCreate false if the database already holds encrypted rows: a new key could never decrypt them
 * @throws ServiceError `key_file_missing`, `key_file_readable`, `key_file_damaged`
 */
export function openKeyFile(directory: string, mayCreate: boolean): Keys {
  const path = keyPath(directory);
  const read = openKeys(FORMAT, path, mayCreate);
  const { mac } = read;
  if (mac === undefined) throw FORMAT.error('damaged', path);
  return Object.assign(followKeys(FORMAT, path, read), { mac });
}

/**
 * Adds an encryption key to the key file for later use, unless there already is one. If nodes have key files of their
 * own, give them this file before re-keying begins.
 *
 * @returns the key's id
 * @throws ServiceError `key_file_…`, `busy`
 */
export function prepareKey(directory: string): string {
  return addKey(FORMAT, keyPath(directory), 'next').nextKeyId ?? '';
}

/**
 * Makes a key of the file the one for new encryptions from the next start on. @throws ServiceError `key_file_…`,
 * `busy`
 */
export function promoteKey(directory: string, keyId: string): void {
  promote(FORMAT, keyPath(directory), keyId);
}

/**
 * Removes all encryption keys but one from the file: values under the others cannot be decrypted afterwards.
 *
 * @throws ServiceError `key_file_…`, `busy`
 */
export function retireOtherKeys(directory: string, keyId: string): void {
  keepOnly(FORMAT, keyPath(directory), keyId);
}
