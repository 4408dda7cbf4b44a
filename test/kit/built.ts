import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../tools/tidy/files.ts';
import type { Need } from './tools.ts';

/**
 * Returns a file that the build made.
 * @param path from the root, such as `host/dist/cli/main.js`
 */
export const built = (path: string): string => join(root, path);

/**
 * Returns the first source that changed since the build, from the root; empty where none did, or nothing was built.
 */
export function changedSince(): string {
  const program = built('firmware/dist/build/stamp.js');
  if (!existsSync(program)) return '';
  return execFileSync(process.execPath, [program, '--check'], { encoding: 'utf8' }).trim();
}

/**
 * The need for built files that run as processes.
 * @param paths files of the build
 */
export function needsBuilt(...paths: readonly string[]): Need<true> {
  const changed = process.env.PASSFOB_CHANGED;
  // The test is not skipped: it would pass on an outdated build.
  if (changed) throw new Error(`${changed} changed since the build. Run: npm run build`);
  return {
    name: 'npm run build',
    found: paths.every(path => existsSync(built(path))) || undefined,
  };
}
