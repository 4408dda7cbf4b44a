import { defineConfig } from 'vitest/config';
import { fromSources, settings } from '../runner/settings.ts';

const { server, expect, reporters } = settings;

/** `npm run screenshots`: takes the pictures of the documents from the running product. */
export default defineConfig({
  ...fromSources,
  test: {
    server,
    expect,
    reporters,
    include: ['test/tools/screenshots/*.shots.ts'],
    testTimeout: 240_000,
    hookTimeout: 120_000,
    // Pictures of passcodes have half a minute.
    fileParallelism: false,
  },
});
