import { join } from 'node:path';
import type { UserWorkspaceConfig } from 'vitest/config';

/** Tests of images that run on the browser's simulator, too: whoever imports the simulator gets that one. */
const QUICK = [
  'test/fob/browser-realm/*.test.ts',
  'test/fob/conformance/pico.test.ts',
  'test/fob/golden/pico.test.ts',
  'test/fob/simulation/{endings,lives}.test.ts',
];
/** Left to the long run: much of the processor for what hardly depends on the realm. */
const LONG = [
  'test/fob/conformance/banglejs2.test.ts',
  'test/fob/simulation/{faults,life,rollback,storage-faults}.test.ts',
  'test/fob/simulation/{no-memory,power-cuts}.slow.test.ts',
];

const TESTS = { quick: QUICK, long: LONG, any: [...QUICK, ...LONG] };

const simulator = join(import.meta.dirname, '../../fob/browser-realm/simulator.ts');

/** A project of the same tests in the realm of a browser. @param run the run that it is of; `any` takes whatever is named */
export function inBrowserRealm(run: keyof typeof TESTS, exclude: readonly string[] = []) {
  return {
    extends: true,
    resolve: {
      alias: [{ find: /^@passfob\/simulator(?:\/fob\/boot)?$/, replacement: simulator }],
    },
    test: { name: 'browser-realm', include: TESTS[run], exclude: [...exclude] },
  } satisfies UserWorkspaceConfig & { extends: true };
}
