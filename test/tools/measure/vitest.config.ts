import { defineConfig } from 'vitest/config';
import { fromSources } from '../runner/settings.ts';

/** `npm run measure`: not part of the tests, since it needs the interpreter and writes a file of the tree. */
export default defineConfig({
  ...fromSources,
  test: {
    include: ['test/tools/measure/measure.ts', 'test/tools/measure/virtual-board.ts'],
    disableConsoleIntercept: true,
  },
});
