import { join } from 'node:path';
import type { UserWorkspaceConfig } from 'vitest/config';

/** Tests of images that run on the browser's simulator, too: whoever imports the simulator gets that one. */
const IMAGE_TESTS = [
  'test/browser-realm/*.test.ts',
  'test/conformance/{banglejs2,pico}.test.ts',
  'test/golden/pico.test.ts',
  'test/simulation/{endings,faults,life,lives-1,storage-faults}.test.ts',
  'test/simulation/power-cuts.slow.test.ts',
];
/** Left to the long run, as slow files are: some seconds of the processor each for what hardly depends on the realm. */
const LONG_TESTS = ['test/simulation/{no-memory,rollback}.test.ts'];

const simulator = join(import.meta.dirname, '../browser-realm/simulator.ts');

/** A project of the same tests in the realm of a browser. @param left what a quick run leaves out */
export function inBrowserRealm(left: readonly string[]) {
  return {
    extends: true,
    resolve: {
      alias: [{ find: /^@passfob\/simulator(?:\/boot)?$/, replacement: simulator }],
    },
    test: {
      name: 'browser-realm',
      include: [...IMAGE_TESTS, ...LONG_TESTS],
      exclude: left.length > 0 ? [...left, ...LONG_TESTS] : [],
    },
  } satisfies UserWorkspaceConfig & { extends: true };
}
