import { bundlePrograms } from './bundles.ts';
import { missing } from './needs.ts';

/** What all guests share is made once, before them: they run at the same time. */
export async function setup(): Promise<void> {
  // Fetches the kernel where it is not yet in the cache.
  if ((await missing()) === undefined) await bundlePrograms();
}
