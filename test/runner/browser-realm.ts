import { join } from 'node:path';
import type { UserWorkspaceConfig } from 'vitest/config';

/** Tests of images that run on the browser's simulator, too: whoever imports the simulator gets that one. */
const IMAGE_TESTS = [
  'test/simulation/{life,endings,no-memory,presses,storage-faults,faults}.test.ts',
  'test/simulation/power-cuts.slow.test.ts',
  'test/conformance/pico.test.ts',
  'test/browser-realm/*.test.ts',
];

const simulator = join(import.meta.dirname, '../browser-realm/simulator.ts');

/** A project of the same tests in the realm of a browser. @param exclude files that do not run */
export function inBrowserRealm(exclude: readonly string[]) {
  return {
    extends: true,
    resolve: {
      alias: [{ find: /^@passfob\/simulator(?:\/boot)?$/, replacement: simulator }],
    },
    test: { name: 'browser-realm', include: IMAGE_TESTS, exclude: [...exclude] },
  } satisfies UserWorkspaceConfig & { extends: true };
}
