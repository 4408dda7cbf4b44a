import { readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

// This file runs as simulator/dist/bundle/main.js.
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const folder = join(root, 'simulator/dist/page');

/** Fields of the ledger that the page shows. */
const FIGURES = [
  'board',
  'image',
  'interpreter',
  'variablesAfterBoot',
  'variablesWith32Accounts',
  'variablesPeak',
];

/** Bundles the script of the faceplate page, with the figures of the ledger. */
async function bundlePage(): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const ledger = (
    JSON.parse(readFileSync(join(root, 'docs/ledger.json'), 'utf8')) as Record<string, unknown>[]
  ).map(entry => Object.fromEntries(FIGURES.map(name => [name, entry[name]])));
  await build({
    absWorkingDir: root,
    conditions: ['source'],
    entryPoints: ['simulator/faceplates/web/page/page.ts'],
    outdir: folder,
    bundle: true,
    minify: true,
    format: 'esm',
    // Refuses modules that only Node has.
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    define: { MEASURED_IMAGES: JSON.stringify(ledger) },
  });
  console.log(`faceplate: ${statSync(join(folder, 'page.js')).size} bytes`);
}

try {
  await bundlePage();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
