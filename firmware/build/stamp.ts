import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { STAMP, sourcesIn } from './sources.ts';

// Runs as firmware/dist/build/stamp.js, last of the build: what was built says from what.
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  workspaces: string[];
};
for (const folder of workspaces.map(name => join(root, name)).filter(path => existsSync(join(path, 'dist'))))
  writeFileSync(join(folder, 'dist', STAMP), `${JSON.stringify(sourcesIn(folder))}\n`);
