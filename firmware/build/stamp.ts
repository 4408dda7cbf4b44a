import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeNotices } from './parts/notices.ts';
import { difference, leftoversIn, STAMP, sourcesIn } from './sources.ts';

// Runs as firmware/dist/build/stamp.js, last in the build: writes the licences of bundled packages and records the sources
// of each built part. With --check: prints the first source that has changed since, or nothing.
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  workspaces: string[];
};
const built = workspaces.filter(part => existsSync(join(root, part, 'dist')));

/** Also undefined if the part was never built as a whole, because nothing is known then. */
function changedIn(part: string): string | undefined {
  const stamp = join(root, part, 'dist', STAMP);
  if (!existsSync(stamp)) return undefined;
  const then = JSON.parse(readFileSync(stamp, 'utf8')) as Record<string, string>;
  const path = difference(then, sourcesIn(join(root, part)));
  return path && `${part}/${path}`;
}

if (process.argv.includes('--check')) {
  const changed = built.map(changedIn).find(path => path !== undefined);
  if (changed !== undefined) console.log(changed);
} else {
  for (const part of built) {
    for (const path of leftoversIn(join(root, part))) rmSync(join(root, part, 'dist', path));
    writeNotices(root, part);
    writeFileSync(join(root, part, 'dist', STAMP), `${JSON.stringify(sourcesIn(join(root, part)))}\n`);
  }
}
