import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from '../tools/tidy/files.ts';
import type { Need } from './tools.ts';

/**
 * Returns a file that the build made.
 * @param path from the root, such as `host/dist/program/cli/main.js`
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

/**
 * Returns the sources of a module that a built program loaded, from the root: `host/cli/run.ts`,
 * `node_modules/yargs/…`. A file of a program holds several, as its map says.
 */
export function sourcesOf(path: string): string[] {
  if (!/\/dist\/program\//.test(path))
    return [relative(root, path).replace('/dist/', '/').replace(/\.js$/, '.ts')];
  const { sources } = JSON.parse(readFileSync(`${path}.map`, 'utf8')) as { sources: string[] };
  return sources.map(source => relative(root, join(dirname(path), source)));
}
