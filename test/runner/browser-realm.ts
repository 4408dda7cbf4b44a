import { join } from 'node:path';
import type { UserWorkspaceConfig } from 'vitest/config';
import { isBigRun } from '../kit/counts.ts';

/** Tests of images that run on the browser's simulator, too: whoever imports the simulator gets that one. */
const IMAGE_TESTS = [
  'test/browser-realm/*.test.ts',
  'test/conformance/{banglejs2,pico}.test.ts',
  'test/golden/pico.test.ts',
  'test/simulation/{endings,life,storage-faults}.test.ts',
  'test/simulation/power-cuts.slow.test.ts',
];
/** In a long run this as well, whose counts are small there. */
const LONG_TESTS = ['test/simulation/no-memory.test.ts'];

const simulator = join(import.meta.dirname, '../browser-realm/simulator.ts');

/** A project of the same tests in the realm of a browser. @param exclude files that do not run */
export function inBrowserRealm(exclude: readonly string[]) {
  return {
    extends: true,
    resolve: {
      alias: [{ find: /^@passfob\/simulator(?:\/boot)?$/, replacement: simulator }],
    },
    test: {
      name: 'browser-realm',
      include: [...IMAGE_TESTS, ...(isBigRun ? LONG_TESTS : [])],
      exclude: [...exclude],
    },
  } satisfies UserWorkspaceConfig & { extends: true };
}
