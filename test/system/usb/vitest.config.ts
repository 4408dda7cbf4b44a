import { defineConfig } from 'vitest/config';
import { TEST_LIMIT_MS } from '../../kit/patience.ts';
import { minutes } from '../../tools/runner/minutes.ts';
import { fromSources } from '../../tools/runner/settings.ts';

/** `npm run test:usb`: a separate command, since it boots virtual machines, one for each file and both at once. */
export default defineConfig({
  ...fromSources,
  plugins: [minutes],
  test: {
    include: ['test/system/usb/*.vm.ts'],
    globalSetup: ['test/system/usb/setup.ts'],
    maxWorkers: 2,
    testTimeout: TEST_LIMIT_MS,
    hookTimeout: TEST_LIMIT_MS,
    reporters: ['default'],
  },
});
