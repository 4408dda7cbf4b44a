import { randomBytes } from 'node:crypto';
import { FobError } from '../errors.ts';
import { KEY_FILE_BYTES_MAX, SEAL_KEY_BYTES, SEAL_KEY_ID_BYTES } from '../limits.ts';
import { createPrivately, PrivateFileError, readPrivately, replacePrivately } from '../private-file.ts';

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
  const text = read(path);
  if (text !== undefined) return parse(text, path);
  if (!mayCreate) {
    throw problem(
      path,
      'is missing, and without it the inventory cannot be opened',
      'Restore it from a backup.',
    );
  }
  create(path);
  return parse(read(path) ?? '', path);
}

function problem(path: string, what: string, next: string, cause?: unknown): FobError {
  return new FobError('inventory', { sentence: `The key file ${path} ${what}.`, next, cause });
}

function damaged(path: string, cause?: unknown): FobError {
  return problem(path, 'is damaged', 'Restore it from a backup.', cause);
}

function read(path: string): string | undefined {
  try {
    return readPrivately(path, KEY_FILE_BYTES_MAX);
  } catch (error) {
    if (!(error instanceof PrivateFileError)) throw error;
    if (error.reason === 'unfit') throw damaged(path, error);
    if (error.reason === 'exposed')
      throw problem(path, 'may be read by other users', `Run: chmod 600 '${path}', as its owner.`);
    throw problem(path, 'cannot be read', 'Check that it belongs to you and is a plain file.', error);
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

/** A new key behind those that are there: from now on the one that seals. @throws FobError `inventory` */
export function addKey(path: string): SealingKeys {
  const { byId } = openKeyFile(path, false);
  const id = newId(byId);
  replace(path, [...byId, [id, randomBytes(SEAL_KEY_BYTES)]]);
  return openKeyFile(path, false);
}

/** Forgets every key but the one that seals. @throws FobError `inventory` */
export function dropOldKeys(path: string): void {
  const { byId, currentId } = openKeyFile(path, false);
  const key = byId.get(currentId);
  if (key !== undefined) replace(path, [[currentId, key]]);
}

function newId(taken: ReadonlyMap<string, unknown>): string {
  for (;;) {
    const id = randomBytes(SEAL_KEY_ID_BYTES).toString('hex');
    if (!taken.has(id)) return id;
  }
}

function create(path: string): void {
  write(path, [[newId(new Map()), randomBytes(SEAL_KEY_BYTES)]], createPrivately);
}

function replace(path: string, keys: readonly (readonly [string, Uint8Array])[]): void {
  write(path, keys, replacePrivately);
}

function write(
  path: string,
  keys: readonly (readonly [string, Uint8Array])[],
  put: (path: string, text: string) => void,
): void {
  const lines = keys.map(([id, key]) => `${id} ${Buffer.from(key).toString('base64')}\n`);
  try {
    put(path, `${HEADING}\n${lines.join('')}`);
  } catch (error) {
    throw problem(path, 'cannot be written', 'Check the folder and the space on its disk.', error);
  }
}
