import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Fields of the ledger that the page shows. */
const FIGURES = [
  'board',
  'image',
  'interpreter',
  'variablesAfterBoot',
  'variablesWith32Accounts',
  'variablesPeak',
];

/** Returns the figures of the images on the real interpreter. */
function figures(root: string): object[] {
  const ledger = JSON.parse(readFileSync(join(root, 'docs/ledger.json'), 'utf8')) as Record<
    string,
    unknown
  >[];
  return ledger.map(entry => Object.fromEntries(FIGURES.map(name => [name, entry[name]])));
}

/**
 * Bundles the script of the faceplate page, with the figures of the ledger.
 * @param root of the repository
 * @returns its bytes
 */
export async function bundlePage(root: string): Promise<number> {
  const folder = join(root, 'simulator/dist/page');
  rmSync(folder, { recursive: true, force: true });
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
    define: { MEASURED_IMAGES: JSON.stringify(figures(root)) },
  });
  return statSync(join(folder, 'page.js')).size;
}
