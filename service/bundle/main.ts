import { rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

// This file runs as service/dist/bundle/main.js.
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const folder = join(root, 'service/dist/portal');

function sourceOf(name: string): string {
  return `service/portal/${name}.ts`;
}

/** Returns the names of the packages that files of a bundle come from. */
function packagesIn(paths: readonly string[]): string[] {
  const names = paths.map(path => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  return [...new Set(names)].filter(name => name !== undefined).sort();
}

/** The scripts of the pages that reach fobs, by the names of their files. */
const ENTRIES = ['main', 'care'];

/**
 * Bundles the scripts of the activation page and of the page for the care of fobs. File names change with the content, so that browsers may cache the files
 * for good. The QR reader is a separate file, loaded when needed. `portal.json` lists the files.
 */
async function bundlePortal(): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    conditions: ['source'],
    entryPoints: ENTRIES.map(sourceOf),
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
  const entries = ENTRIES.map(name => {
    const entry = outputs.find(([, { entryPoint }]) => entryPoint === sourceOf(name))?.[0];
    if (entry === undefined) throw new Error(`the bundle has no entry ${name}`);
    return [name, basename(entry)] as const;
  });
  writeFileSync(
    join(folder, 'portal.json'),
    `${JSON.stringify({ entries: Object.fromEntries(entries), files })}\n`,
  );
  // The last step of the build writes the notices of these packages.
  writeFileSync(
    join(folder, '../bundled.json'),
    `${JSON.stringify(packagesIn(Object.keys(metafile.inputs)))}\n`,
  );
  const bytes = outputs.reduce((sum, [, output]) => sum + output.bytes, 0);
  console.log(`portal: ${bytes} bytes in ${files.length} files`);
}

try {
  await bundlePortal();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
