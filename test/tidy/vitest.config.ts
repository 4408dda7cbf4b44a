import { defineConfig } from 'vitest/config';
import { fromSources } from '../runner/settings.ts';

/** `npm run docs`: writes the tables that documents take from the code, and the picture of the wiring. */
export default defineConfig({
  ...fromSources,
  test: {
    include: [
      'test/tidy/architecture.test.ts',
      'test/tidy/command-table.test.ts',
      'test/documents/errors.test.ts',
      'test/boards/wiring.test.ts',
    ],
    env: { PASSFOB_WRITE_DOCUMENTS: '1' },
  },
});
