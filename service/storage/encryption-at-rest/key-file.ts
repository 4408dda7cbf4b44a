import { join } from 'node:path';
import {
  changeKeys,
  followKeys,
  type KeyFileFormat,
  type KeyFileProblem,
  type LockedKeyFile,
  openKeys,
} from 'passfob/encryption-at-rest/key-file';
import type { EncryptionKeys } from 'passfob/encryption-at-rest/seal';
import { ServiceError, type ServiceErrorCode } from '../../base/errors.ts';
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
  incomplete: ['key_file_damaged', records.keyFileIncomplete],
  newer: ['key_file_damaged', records.keyFileNewer],
  busy: ['busy', records.keyFileBusy],
};

/** Returns the path of the key file in the service's folder. */
export function keyPath(directory: string): string {
  return join(directory, 'service.key');
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
 * Runs work that changes the key file, while no other program does the same. If nodes have key files of their own, a
 * key that it adds must get into them before it is used.
 *
 * @throws ServiceError `busy` if another one still does after some seconds, `key_file_…`; errors of the work
 */
export function changeKeyFile<T>(directory: string, work: (file: LockedKeyFile) => Promise<T>): Promise<T> {
  return changeKeys(FORMAT, keyPath(directory), work);
}
