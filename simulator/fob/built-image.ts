import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { BoardName } from '../base/fob.ts';

const MANIFEST = 'manifest.json';
/** The build's list of its sources: the SHA-256 of each, by its path in the package. */
const STAMP = 'sources.json';

/** Returns the folder of the firmware package, which exports files only. */
function firmwareFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('@passfob/firmware/package.json'));
}

let isChecked = false;

/**
 * In a checkout: throws if the image was built from other sources than the present ones. Otherwise tests would test
 * the wrong image.
 */
function checkSources(): void {
  if (isChecked) return;
  const stamps = [firmwareFolder(), join(firmwareFolder(), '../protocol')];
  for (const folder of stamps.filter(path => existsSync(join(path, 'dist', STAMP)))) {
    const built = JSON.parse(readFileSync(join(folder, 'dist', STAMP), 'utf8')) as Record<string, string>;
    const changed = Object.entries(built).find(([path, hash]) => hash !== hashOf(join(folder, path)));
    if (changed !== undefined)
      throw new Error(`the firmware images were built before ${changed[0]} changed: run "npm run build"`);
  }
  isChecked = true;
}

function hashOf(path: string): string {
  return existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : '';
}

/**
 * Returns the built image of a board: every file of its folder but the manifest, by name. Throws if it is not built.
 */
export function builtImage(board: BoardName): Record<string, Uint8Array> {
  const folder = join(firmwareFolder(), 'dist', 'image', board);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const files = names.filter(name => name !== MANIFEST && statSync(join(folder, name)).isFile());
  if (files.length === 0) {
    throw new Error(`the firmware image for ${board} is not built: run "npm run build"`);
  }
  checkSources();
  return Object.fromEntries(
    files.sort().map(name => [name, new Uint8Array(readFileSync(join(folder, name)))]),
  );
}
