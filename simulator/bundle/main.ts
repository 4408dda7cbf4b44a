import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
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

/**
 * Puts packages into the modules of `third-party`, which hand them on to the simulator in Node. As dependencies they would be
 * further packages of everybody who installs it.
 * @returns the names of these packages
 */
async function bundlePackages(): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['simulator/third-party/*.ts'],
    outdir: 'simulator/dist/third-party',
    bundle: true,
    metafile: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    legalComments: 'none',
  });
  return packagesIn(Object.keys(metafile.inputs));
}

/**
 * Bundles the simulator for web pages into one module, with the packages that it uses.
 * @returns the names of these packages
 */
async function bundleForBrowsers(): Promise<string[]> {
  rmSync(join(dist, 'browser'), { recursive: true, force: true });
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    conditions: ['source'],
    entryPoints: { simulator: 'simulator/browser.ts' },
    outdir: 'simulator/dist/browser',
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
  for (const { path, contents } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, contents);
    console.log(
      `${basename(path)} for browsers: ${contents.length} bytes, ${gzipSync(contents).length} compressed`,
    );
  }
  return packagesIn(Object.keys(metafile.inputs));
}

try {
  const packages = new Set([...(await bundlePackages()), ...(await bundleForBrowsers())]);
  // The last step of the build writes the notices of these packages.
  writeFileSync(join(dist, 'bundled.json'), `${JSON.stringify([...packages].sort())}\n`);
  console.log(`faceplate page: ${await bundlePage(root)} bytes`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
