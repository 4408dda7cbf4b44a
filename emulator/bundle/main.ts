import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

// This file runs as emulator/dist/bundle/main.js.
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const dist = join(root, 'emulator/dist');

/** Returns the names of the packages that files of a bundle come from, without our own. */
function packagesIn(paths: readonly string[]): string[] {
  const names = paths.map(path => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  return [...new Set(names)].filter(name => name !== undefined).sort();
}

/** Bundles the emulator for web pages into one module, with what it uses of the simulator and of others' packages. */
async function bundleForBrowsers(): Promise<void> {
  rmSync(join(dist, 'browser'), { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    conditions: ['source'],
    entryPoints: { emulator: 'emulator/index.ts' },
    outdir: 'emulator/dist/browser',
    bundle: true,
    minify: true,
    metafile: true,
    format: 'esm',
    // Refuses modules that only Node has.
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
  });
  for (const { bytes, inputs } of Object.values(metafile.outputs)) {
    const used = Object.keys(inputs).filter(path => inputs[path]?.bytesInOutput);
    // The last step of the build writes the notices of these packages.
    writeFileSync(join(dist, 'bundled.json'), `${JSON.stringify(packagesIn(used))}\n`);
    console.log(`emulator.js for browsers: ${bytes} bytes`);
  }
}

try {
  await bundleForBrowsers();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
