import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { bundlePage } from './page.ts';

// This file runs as simulator/dist/bundle/main.js.
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const dist = join(root, 'simulator/dist');

/** Returns the names of the packages that files of a bundle come from, without our own. */
function packagesIn(paths: readonly string[]): string[] {
  const names = paths.map(path => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  return [...new Set(names)].filter(name => name !== undefined).sort();
}

/** Bundles the simulator for web pages into one module, with the packages it uses. */
async function bundleForBrowsers(): Promise<void> {
  rmSync(join(dist, 'browser'), { recursive: true, force: true });
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    conditions: ['source'],
    entryPoints: ['simulator/browser.ts'],
    outfile: 'simulator/dist/browser/simulator.js',
    bundle: true,
    minify: true,
    metafile: true,
    write: false,
    format: 'esm',
    // Refuses modules that only Node has.
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error('the bundle of the simulator is empty');
  mkdirSync(dirname(file.path), { recursive: true });
  writeFileSync(file.path, file.contents);
  // The last step of the build writes the notices of these packages.
  const packages = packagesIn(Object.keys(metafile.inputs));
  writeFileSync(join(dist, 'bundled.json'), `${JSON.stringify(packages)}\n`);
  const { length } = file.contents;
  console.log(`simulator for browsers: ${length} bytes, ${gzipSync(file.contents).length} compressed`);
}

try {
  await bundleForBrowsers();
  console.log(`faceplate page: ${await bundlePage(root)} bytes`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
