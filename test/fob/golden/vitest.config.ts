import { defineConfig } from 'vitest/config';
import { fromSources } from '../../tools/runner/settings.ts';

/** `npm run screens`: draws every view in both sizes on one PNG for review. */
export default defineConfig({
  ...fromSources,
  test: { include: ['test/fob/golden/drawn.test.ts'], env: { PASSFOB_CONTACT_SHEET: 'dist/screens.png' } },
});
