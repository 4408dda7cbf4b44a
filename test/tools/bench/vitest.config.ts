import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { fromSources } from '../runner/settings.ts';

/**
 * `npm run bench`: records figures in docs/bench.json, writes them into docs/performance.md, and fails only where a promise
 * of that page is broken. A part is chosen by its name: `npm run bench -- tray`.
 */
export default defineConfig({
  ...fromSources,
  test: {
    include: ['test/tools/bench/*.bench.ts'],
    globalSetup: [fileURLToPath(new URL('figures/write.ts', import.meta.url))],
    setupFiles: [fileURLToPath(new URL('figures/quiet.ts', import.meta.url))],
    fileParallelism: false,
    testTimeout: 900_000,
    disableConsoleIntercept: true,
  },
});
