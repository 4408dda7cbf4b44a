import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { networkFileSystem } from 'passfob/database-file';
import { leftoversOf } from 'passfob/private-file';
import { ServiceError } from '../../base/errors.ts';
import { processLimits } from '../../base/limits/process.ts';
import { keyLockPath, keyPath, openKeyFile } from '../../storage/encryption-at-rest/key-file.ts';
import type { Configuration } from '../configuration/configuration.ts';
import { finding, type ServiceFinding } from './finding.ts';

const MIB = 1_048_576;

/** Whether the service folder is there, usable, closed to others and, where the database is in it, on this computer. */
export function checkFolder({ directory, databaseUrl }: Configuration): ServiceFinding {
  if (!existsSync(directory)) return finding('folder', 'ok', 'folder-new');
  try {
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    const name = databaseUrl === null ? networkFileSystem(directory) : undefined;
    if (name !== undefined) return finding('folder', 'problem', 'folder-network', { name });
    const { mode } = statSync(directory);
    const isOpen = process.platform !== 'win32' && (mode & 0o077) !== 0;
    if (isOpen) return finding('folder', 'warning', 'folder-open', { path: directory });
    return finding('folder', 'ok', 'folder-good');
  } catch {
    return finding('folder', 'problem', 'folder-shut', { path: directory });
  }
}

/** Whether the key file can be used, by this user alone. Nothing is made. */
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

/** Files beside the key file that hold keys, left by a program that was killed while it changed it. */
function leftKeys(directory: string): string[] {
  const lock = keyLockPath(directory);
  const held = statSync(lock, { throwIfNoEntry: false })?.size ?? 0;
  return [...leftoversOf(keyPath(directory)), ...(held > 0 ? [lock] : [])];
}

/** Whether there is room for the database. A full disk takes no acceptance, so nobody gets in. */
export async function checkSpace(directory: string): Promise<ServiceFinding> {
  let folder = directory;
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  const { bavail, bsize } = await statfs(folder);
  const size = Math.floor((bavail * bsize) / MIB);
  if (size < processLimits.spaceNoneMib) return finding('space', 'problem', 'space-none', { size });
  if (size < processLimits.spaceLowMib) return finding('space', 'warning', 'space-low', { size });
  return finding('space', 'ok', 'space-good', { size });
}
