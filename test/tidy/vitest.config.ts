import { defineConfig } from 'vitest/config';
import { fromSources } from '../runner/settings.ts';

/** `npm run docs`: writes the present tables into docs/architecture.md and docs/performance.md, and their pictures. */
export default defineConfig({
  ...fromSources,
  test: {
    include: [
      'test/tidy/architecture.test.ts',
      'test/boards/wiring.test.ts',
      'test/bench/figures/figures.test.ts',
    ],
    env: { PASSFOB_WRITE_DOCUMENTS: '1' },
  },
});
