import {
  addKey,
  type KeyFileFormat,
  type KeyFileProblem,
  keepOnly,
  openKeys,
} from '../encryption-at-rest/key-file.ts';
import type { EncryptionKeys } from '../encryption-at-rest/seal.ts';
import { FobError } from '../errors.ts';

const FORMAT: KeyFileFormat = {
  heading: 'passfob inventory keys',
  lines: 'bare',
  error(problem, path, cause) {
    const { what, next } = TEXTS[problem];
    return new FobError('inventory', {
      sentence: `The key file ${path} ${what}.`,
      next: next.replace('{path}', () => path),
      cause,
    });
  },
};

const DAMAGED = { what: 'is damaged', next: 'Restore it from a backup.' };

const TEXTS: Readonly<Record<KeyFileProblem, { readonly what: string; readonly next: string }>> = {
  missing: {
    what: 'is missing, and without it the inventory cannot be opened',
    next: 'Restore it from a backup.',
  },
  exposed: { what: 'may be read by other users', next: "Run: chmod 600 '{path}', as its owner." },
  unreadable: { what: 'cannot be read', next: 'Check that it belongs to you and is a plain file.' },
  damaged: DAMAGED,
  newer: DAMAGED,
  busy: { what: 'is being changed by another passfob', next: 'Try again in a minute.' },
  unwritable: { what: 'cannot be written', next: 'Check the folder and the space on its disk.' },
};

/**
 * Reads the key file of the inventory, or creates it.
 * @param mayCreate false if encrypted rows exist already: a new key could never open them
 * @throws FobError `inventory`: missing, readable by others, or damaged
 */
export function openKeyFile(path: string, mayCreate: boolean): EncryptionKeys {
  return openKeys(FORMAT, path, mayCreate);
}

/** Appends a new key, which becomes the current one. @throws FobError `inventory` */
export function addInventoryKey(path: string): EncryptionKeys {
  return addKey(FORMAT, path, 'seal');
}

/** Deletes every key but the current one. @throws FobError `inventory` */
export function dropOldKeys(path: string): void {
  keepOnly(FORMAT, path);
}
