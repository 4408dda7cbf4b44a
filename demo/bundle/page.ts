import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { EmbeddedImages } from '../try/page/embedded.ts';
import { tryPage } from '../try/page/html.ts';
import { embeddedImages } from './images.ts';

interface Bundle {
  readonly script: string;
  /** Names of the packages of others inside. */
  readonly packages: readonly string[];
}

/** Bundles one script of the page. @param entry from the root */
async function bundle(root: string, entry: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    conditions: ['source'],
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'iife',
    // Refuses modules that only Node has.
    platform: 'browser',
    target: 'es2022',
    // The texts have quotation marks and dashes, which would be longer as escapes.
    charset: 'utf8',
    legalComments: 'none',
  });
  const packages = Object.keys(metafile.inputs).map(
    path => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1],
  );
  return {
    script: outputFiles[0]?.text ?? '',
    packages: packages.filter(name => name !== undefined),
  };
}

/** Returns the licences of the packages whose code the page contains. */
function licencesOf(root: string, packages: readonly string[]): string {
  return [...new Set(packages)]
    .sort()
    .map(name => `${name}\n\n${readFileSync(join(root, 'node_modules', name, 'LICENSE'), 'utf8').trim()}`)
    .join('\n\n');
}

/**
 * Returns the HTML of the try page, whole in one file.
 * @param root of the repository, where the images were built
 * @param images others than the built ones, for tests
 */
export async function bundledTryPage(
  root: string,
  images: EmbeddedImages = embeddedImages(join(root, 'firmware/dist/image')),
): Promise<string> {
  const page = await bundle(root, 'demo/try/page/main.ts');
  const worker = await bundle(root, 'demo/try/fob/worker.ts');
  return tryPage({
    script: page.script,
    worker: worker.script,
    images: JSON.stringify(images),
    licences: licencesOf(root, [...page.packages, ...worker.packages]),
    hash: text => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
  });
}
