import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { networkFileSystem } from 'passfob/database-file';
import { possibleLeftoversOf } from 'passfob/private-file';
import { ServiceError } from '../../base/errors.ts';
import { processLimits } from '../../base/limits/process.ts';
import { keyPath, openKeyFile } from '../../storage/encryption-at-rest/key-file.ts';
import type { Configuration } from '../configuration/configuration.ts';
import { finding, type ServiceFinding } from './finding.ts';

const MIB = 1_048_576;

/**
 * Whether the service folder exists, is usable and closed to others and, if it holds the database, is on a local
 * disk.
 */
export function checkFolder({ directory, databaseUrl }: Configuration): ServiceFinding {
  if (!existsSync(directory)) return finding('folder', 'ok', 'folder-new', { path: directory });
  try {
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    const name = databaseUrl === null ? networkFileSystem(directory) : undefined;
    if (name !== undefined) return finding('folder', 'problem', 'folder-network', { name });
    const { mode } = statSync(directory);
    const isOpen = process.platform !== 'win32' && (mode & 0o077) !== 0;
    if (isOpen) return finding('folder', 'warning', 'folder-open', { path: directory });
    return finding('folder', 'ok', 'folder-good', { path: directory });
  } catch {
    return finding('folder', 'problem', 'folder-shut', { path: directory });
  }
}

/** Whether the key file can be used, and by this user alone. Creates nothing. */
export function checkKeyFile({ directory, databaseUrl }: Configuration): ServiceFinding {
  const [leftover] = existsSync(directory) ? leftKeys(directory) : [];
  if (leftover !== undefined) return finding('key', 'problem', 'key-left', { path: leftover });
  if (!existsSync(join(directory, 'service.key'))) {
    if (databaseUrl !== null) return finding('key', 'warning', 'key-shared');
    if (!existsSync(join(directory, 'service.db'))) return finding('key', 'ok', 'key-new');
  }
  try {
    openKeyFile(directory, false);
    return finding('key', 'ok', 'key-good');
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return finding('key', 'problem', 'key-bad', { problem: error.message });
  }
}

/** Files beside the key file that may hold its keys, left by a program that was killed while it changed it. */
function leftKeys(directory: string): string[] {
  // Before 0.2 it stood for the lock, and held the new keys.
  const lock = `${keyPath(directory)}.new`;
  const held = statSync(lock, { throwIfNoEntry: false })?.size ?? 0;
  return [...possibleLeftoversOf(keyPath(directory)), ...(held > 0 ? [lock] : [])];
}

/** Whether the disk has space for the database. On a full disk no acceptance can be stored, so every log-in fails. */
export async function checkSpace(directory: string): Promise<ServiceFinding> {
  let folder = directory;
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  const { bavail, bsize } = await statfs(folder);
  const size = Math.floor((bavail * bsize) / MIB);
  if (size < processLimits.spaceNoneMib) return finding('space', 'problem', 'space-none', { size });
  if (size < processLimits.spaceLowMib) return finding('space', 'warning', 'space-low', { size });
  return finding('space', 'ok', 'space-good', { size });
}
