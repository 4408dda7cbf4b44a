import {
  changeKeys,
  type FollowedKeys,
  followKeys,
  type KeyFileFormat,
  type KeyFileProblem,
  type LockedKeyFile,
  openKeys,
} from '../encryption-at-rest/key-file.ts';
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
  incomplete: {
    what: 'lacks a key that the inventory needs, and nothing was changed',
    next: 'Restore inventory.db and inventory.key from the same backup.',
  },
  newer: DAMAGED,
  busy: { what: 'is being changed by another passfob', next: 'Try again in a minute.' },
  unwritable: { what: 'cannot be written', next: 'Check the folder and the space on its disk.' },
};

/**
 * Reads the key file of the inventory, or creates it; reads it again for a value under a key that was added since.
 * @param mayCreate false if encrypted rows exist already: a new key could never open them
 * @throws FobError `inventory`: missing, readable by others, or damaged
 */
export function openKeyFile(path: string, mayCreate: boolean): FollowedKeys {
  return followKeys(FORMAT, path, openKeys(FORMAT, path, mayCreate));
}

/**
 * Runs work that changes the key file, while no other passfob does the same.
 * @throws FobError `inventory` if another one still does after some seconds; errors of the work
 */
export function changeInventoryKeys<T>(path: string, work: (file: LockedKeyFile) => Promise<T>): Promise<T> {
  return changeKeys(FORMAT, path, work);
}
