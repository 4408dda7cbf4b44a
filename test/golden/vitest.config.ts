import { defineConfig } from 'vitest/config';
import { fromSources } from '../runner/settings.ts';

/** `npm run screens`: every view on both sizes, on one PNG to look at. */
export default defineConfig({
  ...fromSources,
  test: {
    include: ['test/golden/drawn.test.ts'],
    env: { PASSFOB_CONTACT_SHEET: 'dist/screens.png' },
  },
});
