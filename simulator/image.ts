import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { BoardName } from './fob.ts';

const MANIFEST = 'manifest.json';

/** Where the package of the firmware is, which hands out files only. */
function firmwareFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('@passfob/firmware/package.json'));
}

/** The built image of a board: every file of its folder but the manifest, by name. Throws when it is not built. */
export function builtImage(board: BoardName): Record<string, Uint8Array> {
  const folder = join(firmwareFolder(), 'dist', 'image', board);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const files = names.filter(name => name !== MANIFEST && statSync(join(folder, name)).isFile());
  if (files.length === 0) {
    throw new Error(`the firmware image for ${board} is not built: run "npm run build"`);
  }
  return Object.fromEntries(
    files.sort().map(name => [name, new Uint8Array(readFileSync(join(folder, name)))]),
  );
}
