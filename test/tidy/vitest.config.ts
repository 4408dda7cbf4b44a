import { defineConfig } from 'vitest/config';
import { fromSources } from '../runner/settings.ts';

/** `npm run docs`: writes the present tables into docs/architecture.md and docs/cli.md, and the picture of the wiring. */
export default defineConfig({
  ...fromSources,
  test: {
    include: [
      'test/tidy/architecture.test.ts',
      'test/tidy/command-table.test.ts',
      'test/boards/wiring.test.ts',
    ],
    env: { PASSFOB_WRITE_DOCUMENTS: '1' },
  },
});
