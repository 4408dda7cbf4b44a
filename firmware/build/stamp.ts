import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeNotices } from './parts/notices.ts';
import { builtParts, changedSince, leftoversIn, STAMP, sourcesIn } from './sources.ts';

// Runs as firmware/dist/build/stamp.js, last in the build: writes the licences of bundled packages and records the sources
// of each built part. With --check: prints the first source that has changed since, or nothing.
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

if (process.argv.includes('--check')) {
  const changed = changedSince(root);
  if (changed !== undefined) console.log(changed);
} else {
  for (const part of builtParts(root)) {
    for (const path of leftoversIn(join(root, part))) rmSync(join(root, part, 'dist', path));
    writeNotices(root, part);
    writeFileSync(join(root, part, 'dist', STAMP), `${JSON.stringify(sourcesIn(join(root, part)))}\n`);
  }
}
