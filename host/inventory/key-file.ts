import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { FobError, systemCode } from '../errors.ts';
import { KEY_FILE_BYTES_MAX, SEAL_KEY_BYTES, SEAL_KEY_ID_BYTES } from '../limits.ts';

/** Keys that seal the inventory's secrets. */
export interface SealingKeys {
  /** By key id, lower-case hex. */
  readonly byId: ReadonlyMap<string, Uint8Array>;
  /** The one that new seals use: the last in the file. */
  readonly currentId: string;
}

const HEADING = 'passfob inventory keys 1';

/**
 * Reads the key file, or makes it.
 * @param mayCreate false where sealed rows exist already: a new key could never open them
 * @throws FobError `inventory`: missing, readable by others, or damaged
 */
export function openKeyFile(path: string, mayCreate: boolean): SealingKeys {
  const text = readPrivately(path);
  if (text !== undefined) return parse(text, path);
  if (!mayCreate) {
    throw problem(
      path,
      'is missing, and without it the inventory cannot be opened',
      'Restore it from a backup.',
    );
  }
  create(path);
  return parse(readPrivately(path) ?? '', path);
}

function problem(path: string, what: string, next: string, cause?: unknown): FobError {
  return new FobError('inventory', { sentence: `The key file ${path} ${what}.`, next, cause });
}

function damaged(path: string, cause?: unknown): FobError {
  return problem(path, 'is damaged', 'Restore it from a backup.', cause);
}

/** Through one descriptor, so that what was checked is what is read. */
function readPrivately(path: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw problem(path, 'cannot be read', 'Check that it belongs to you and is a plain file.', error);
  }
  try {
    const { mode, size, uid } = fstatSync(descriptor);
    // Windows has no mode bits; there the folder's access list guards the file.
    if (process.platform !== 'win32' && ((mode & 0o077) !== 0 || uid !== process.getuid?.())) {
      throw problem(path, 'may be read by other users', `Run: chmod 600 '${path}', as its owner.`);
    }
    if (size > KEY_FILE_BYTES_MAX) throw damaged(path);
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

function parse(text: string, path: string): SealingKeys {
  const [heading, ...lines] = text.trimEnd().split('\n');
  if (heading !== HEADING) throw damaged(path);
  const byId = new Map<string, Uint8Array>();
  let currentId = '';
  for (const line of lines) {
    const [id = '', base64 = '', ...rest] = line.split(' ');
    const key = new Uint8Array(Buffer.from(base64, 'base64'));
    const isId = /^[\da-f]+$/.test(id) && id.length === SEAL_KEY_ID_BYTES * 2;
    if (!isId || byId.has(id) || key.length !== SEAL_KEY_BYTES || rest.length > 0) throw damaged(path);
    byId.set(id, key);
    currentId = id;
  }
  if (byId.size === 0) throw damaged(path);
  return { byId, currentId };
}

/** Written whole under another name first: readers see no file or all of it, and of two that start at once one wins. */
function create(path: string): void {
  const id = randomBytes(SEAL_KEY_ID_BYTES).toString('hex');
  const temporary = `${path}.${id}`;
  try {
    const descriptor = openSync(temporary, 'wx', 0o600);
    try {
      writeSync(descriptor, `${HEADING}\n${id} ${randomBytes(SEAL_KEY_BYTES).toString('base64')}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    linkOnce(temporary, path);
  } catch (error) {
    throw problem(path, 'cannot be written', 'Check the folder and the space on its disk.', error);
  }
}

function linkOnce(temporary: string, path: string): void {
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  } finally {
    unlinkSync(temporary);
  }
}
