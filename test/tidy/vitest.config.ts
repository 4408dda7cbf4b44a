import { defineConfig } from 'vitest/config';
import { fromSources } from '../runner/settings.ts';

/** `npm run docs`: writes the tables and pictures that documents take from the code and from measured figures. */
export default defineConfig({
  ...fromSources,
  test: {
    include: [
      'test/tidy/architecture.test.ts',
      'test/tidy/carrier-table.test.ts',
      'test/tidy/command-table.test.ts',
      'test/tidy/fault-table.test.ts',
      'test/doors/table.test.ts',
      'test/documents/errors.test.ts',
      'test/documents/scenarios.test.ts',
      'test/boards/wiring.test.ts',
      'test/bench/figures/figures.test.ts',
    ],
    env: { PASSFOB_WRITE_DOCUMENTS: '1' },
  },
});
