import { defineConfig } from 'vitest/config';

/** `npm run screens`: every view on both sizes, on one PNG to look at. */
export default defineConfig({
  test: {
    include: ['test/golden/drawn.test.ts'],
    env: { PASSFOB_CONTACT_SHEET: 'dist/screens.png' },
  },
});
