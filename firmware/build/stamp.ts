import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { difference, STAMP, sourcesIn } from './sources.ts';

// Runs as firmware/dist/build/stamp.js. Last of the build: what was built says from what. With --check: prints the first source
// that is not what it was then, or nothing.
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  workspaces: string[];
};
const built = workspaces.filter(part => existsSync(join(root, part, 'dist')));

/** Undefined where a part was never built as a whole, too: nothing is known then. */
function changedIn(part: string): string | undefined {
  const stamp = join(root, part, 'dist', STAMP);
  if (!existsSync(stamp)) return undefined;
  const then = JSON.parse(readFileSync(stamp, 'utf8')) as Record<string, string>;
  const path = difference(then, sourcesIn(join(root, part)));
  return path && `${part}/${path}`;
}

/** Made by other steps of the build, or by tests. */
const NOT_COMPILED = /^(?:image|portal|test)\//;

/** The compiler leaves what it made of a source that is gone: it would be packed, and found by its old name. */
function dropLeftovers(part: string): void {
  const dist = join(root, part, 'dist');
  for (const path of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    const stem = /^(.*?)\.(?:js|js\.map|d\.ts|d\.ts\.map)$/.exec(path)?.[1];
    if (stem === undefined || NOT_COMPILED.test(path.replaceAll('\\', '/'))) continue;
    const isThere = ['.ts', '.js'].some(end => existsSync(join(root, part, stem + end)));
    if (!isThere) rmSync(join(dist, path));
  }
}

if (process.argv.includes('--check')) {
  const changed = built.map(changedIn).find(path => path !== undefined);
  if (changed !== undefined) console.log(changed);
} else {
  for (const part of built) {
    dropLeftovers(part);
    writeFileSync(join(root, part, 'dist', STAMP), `${JSON.stringify(sourcesIn(join(root, part)))}\n`);
  }
}
