import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { difference, STAMP, sourcesIn } from '@passfob/firmware/build/sources';
import { root } from '../tidy/files.ts';
import { manifests } from '../tidy/manifests.ts';
import type { Need } from './tools.ts';

/** A file that the build made. @param path from the root, such as `host/dist/cli/main.js` */
export const built = (path: string): string => join(root, path);

/** Why what was built cannot be tested: a part and the first of its sources that changed since; undefined where all is well. */
export function outdated(): string | undefined {
  for (const { folder } of manifests) {
    const stamp = built(`${folder}/dist/${STAMP}`);
    if (!existsSync(stamp)) continue;
    const changed = difference(
      JSON.parse(readFileSync(stamp, 'utf8')) as Record<string, string>,
      sourcesIn(join(root, folder)),
    );
    if (changed !== undefined) return `${folder}/${changed}`;
  }
  return undefined;
}

/** The need for what runs here as processes. @param paths files of the build */
export function needsBuilt(...paths: readonly string[]): Need<true> {
  const changed = process.env.PASSFOB_OUTDATED;
  // Not skipped: it would pass on what is not there any more.
  if (changed) throw new Error(`${changed} changed since the build. Run: npm run build`);
  return {
    name: 'npm run build',
    found: paths.every(path => existsSync(built(path))) || undefined,
  };
}
