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
import { dirname, join } from 'node:path';
import { ServiceError, systemCode } from '../errors.ts';
import { limits } from '../limits.ts';
import { texts } from '../texts.ts';

/** The service's keys, as the key file holds them. */
export interface Keys {
  /** Sealing keys by key id; rows name the one they are sealed under. */
  readonly sealing: ReadonlyMap<string, Uint8Array>;
  /** The key id that new seals use: the last one in the file. */
  readonly currentKeyId: string;
  /** Key of the MACs under which spent passcodes and repeated requests are recognised. */
  readonly mac: Uint8Array;
}

const HEADING = 'passfob service keys 1';

/**
 * Reads `service.key` of a directory; makes it at the first run.
 *
 * @param mayCreate false when the database already holds sealed rows: a new key could never open them
 * @throws ServiceError `key_file_missing`, `key_file_readable`, `key_file_damaged`
 */
export function openKeyFile(directory: string, mayCreate: boolean): Keys {
  const path = join(directory, 'service.key');
  const present = readPrivately(path);
  if (present !== undefined) return parse(present);
  if (!mayCreate) throw new ServiceError('key_file_missing', texts.startup.keyFileMissing);
  create(path);
  const made = readPrivately(path);
  if (made === undefined) throw new ServiceError('key_file_missing', texts.startup.keyFileMissing);
  return parse(made);
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

function parse(text: string): Keys {
  const damaged = () => new ServiceError('key_file_damaged', texts.startup.keyFileDamaged);
  const [heading, ...lines] = text.trimEnd().split('\n');
  if (heading !== HEADING) throw damaged();
  const sealing = new Map<string, Uint8Array>();
  let currentKeyId: string | undefined;
  let mac: Uint8Array | undefined;
  for (const line of lines) {
    const [purpose, id, value, ...rest] = line.split(' ');
    if (id === undefined || value === undefined || rest.length > 0) throw damaged();
    const bytes = new Uint8Array(Buffer.from(value, 'base64'));
    if (purpose === 'seal' && bytes.length === limits.sealKeyBytes && !sealing.has(id)) {
      sealing.set(id, bytes);
      currentKeyId = id;
    } else if (purpose === 'mac' && bytes.length === limits.macKeyBytes && mac === undefined) {
      mac = bytes;
    } else {
      throw damaged();
    }
  }
  if (currentKeyId === undefined || mac === undefined) throw damaged();
  return { sealing, currentKeyId, mac };
}

/** Writes a new key file whole: readers see no file or all of it, and of two that start at once one wins. */
function create(path: string): void {
  const keyId = randomBytes(limits.keyIdBytes).toString('hex');
  const text = [
    HEADING,
    `seal ${keyId} ${randomBytes(limits.sealKeyBytes).toString('base64')}`,
    `mac ${keyId} ${randomBytes(limits.macKeyBytes).toString('base64')}`,
    '',
  ].join('\n');
  const temporary = `${path}.${randomBytes(limits.keyIdBytes).toString('hex')}`;
  const descriptor = openSync(temporary, 'wx', 0o600);
  try {
    writeSync(descriptor, text);
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
function syncDirectory(directory: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(directory, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
