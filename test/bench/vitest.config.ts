import { defineConfig } from 'vitest/config';
import { fromSources } from '../runner/settings.ts';

/** `npm run bench`: prints figures, and fails only where a promise of docs/performance.md is broken. */
export default defineConfig({
  ...fromSources,
  test: {
    include: ['test/bench/*.bench.ts'],
    fileParallelism: false,
    testTimeout: 900_000,
    disableConsoleIntercept: true,
  },
});
