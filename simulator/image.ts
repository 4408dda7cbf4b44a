import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BoardName } from './fob.ts';

const MANIFEST = 'manifest.json';

function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder);
    if (above === folder) throw new Error('the package of the simulator has no package.json above it');
    folder = above;
  }
  return folder;
}

/** The built image of a board: every file of its folder but the manifest, by name. Throws when it is not built. */
export function builtImage(board: BoardName): Record<string, Uint8Array> {
  const folder = join(packageRoot(), 'dist', 'firmware', 'image', board);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const files = names.filter(name => name !== MANIFEST && statSync(join(folder, name)).isFile());
  if (files.length === 0) {
    throw new Error(`the firmware image for ${board} is not built: run "npm run build"`);
  }
  return Object.fromEntries(
    files.sort().map(name => [name, new Uint8Array(readFileSync(join(folder, name)))]),
  );
}
