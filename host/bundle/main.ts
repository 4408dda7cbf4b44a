import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

// This file runs as host/dist/bundle/main.js.
const dist = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** The files of the package `espruino` that `host/flash/library.ts` loads, and their licence. */
const FILES = ['LICENSE', 'espruino.js', 'core/config.js', 'core/utils.js', 'core/serial.js'];

/**
 * Copies the used files of the package `espruino` into this package, unchanged. As a dependency it would bring its
 * Bluetooth and WebRTC parts: 40 packages, some with install scripts that compile or download programs.
 */
function copyEspruino(): void {
  const require = createRequire(import.meta.url);
  const from = dirname(require.resolve('espruino/package.json'));
  const to = join(dist, 'espruino');
  rmSync(to, { recursive: true, force: true });
  mkdirSync(join(to, 'core'), { recursive: true });
  for (const file of FILES) copyFileSync(join(from, file), join(to, file));
}

copyEspruino();
// The last step of the build writes the notices of these packages.
writeFileSync(join(dist, 'bundled.json'), `${JSON.stringify(['espruino'])}\n`);
