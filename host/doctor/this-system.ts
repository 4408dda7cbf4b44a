import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, readdir, readFile, stat } from 'node:fs/promises';
import { ownersOf } from '../transports/port-owners.ts';
import { listPorts } from '../transports/ports.ts';
import { PROGRAM_OUTPUT_BYTES_MAX, PROGRAM_TIMEOUT_MS } from './base/limits.ts';
import type { NativePart, System } from './base/system.ts';

/** The machine that runs this process. */
export function thisSystem(): System {
  return {
    platform: process.platform,
    arch: process.arch,
    nodeVersion: process.versions.node,
    uid: process.getuid?.(),
    now: Date.now(),
    readText: path => readFile(path, 'utf8').catch(() => undefined),
    names: path => readdir(path).catch(() => []),
    facts: async path => {
      const found = await stat(path).catch(() => undefined);
      return found && { mode: found.mode & 0o777, uid: found.uid, gid: found.gid };
    },
    mayUse: path =>
      access(path, constants.R_OK | constants.W_OK).then(
        () => true,
        () => false,
      ),
    print,
    load: part =>
      LOADERS[part]().then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      ),
    ports: listPorts,
    owners: ownersOf,
  };
}

function print(program: string, ...args: readonly string[]): Promise<string | undefined> {
  // Otherwise programs translate their output.
  const env = { ...process.env, LC_ALL: 'C' };
  const options = { timeout: PROGRAM_TIMEOUT_MS, maxBuffer: PROGRAM_OUTPUT_BYTES_MAX, env };
  return new Promise(resolve => {
    execFile(program, args, options, (error, output) => resolve(error ? undefined : output));
  });
}

/** Makes each package load its native part. */
const LOADERS: Readonly<Record<NativePart, () => Promise<unknown>>> = {
  serialport: () => import('serialport'),
  'node-hid': async () => (await import('node-hid')).getHidapiVersion(),
  'better-sqlite3': async () => new (await import('better-sqlite3')).default(':memory:').close(),
};
