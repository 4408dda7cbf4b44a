import { rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

// This file runs as service/dist/bundle/main.js.
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const folder = join(root, 'service/dist/portal');

/** Returns the names of the packages that files of a bundle come from. */
function packagesIn(paths: readonly string[]): string[] {
  const names = paths.map(path => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  return [...new Set(names)].filter(name => name !== undefined).sort();
}

/**
 * Bundles the script of the activation page. File names change with the content, so that browsers may cache the files
 * for good. The QR reader is a separate file, loaded when needed. `portal.json` lists the files.
 */
async function bundlePortal(): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    conditions: ['source'],
    entryPoints: ['service/portal/main.ts'],
    outdir: folder,
    bundle: true,
    splitting: true,
    minify: true,
    metafile: true,
    format: 'esm',
    // Refuses modules that only Node has.
    platform: 'browser',
    target: 'es2022',
    loader: { '.wasm': 'file' },
    publicPath: '/assets/portal',
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    legalComments: 'none',
  });
  const outputs = Object.entries(metafile.outputs);
  const files = outputs.map(([path]) => basename(path));
  const entry = outputs.find(([, { entryPoint }]) => entryPoint === 'service/portal/main.ts')?.[0];
  if (entry === undefined) throw new Error('the bundle has no entry');
  writeFileSync(join(folder, 'portal.json'), `${JSON.stringify({ entry: basename(entry), files })}\n`);
  // The last step of the build writes the notices of these packages.
  writeFileSync(
    join(folder, '../bundled.json'),
    `${JSON.stringify(packagesIn(Object.keys(metafile.inputs)))}\n`,
  );
  const [, first] = outputs.find(([path]) => path === entry) ?? [];
  console.log(`portal: ${first?.bytes} bytes in the page, ${files.length} files`);
}

try {
  await bundlePortal();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
