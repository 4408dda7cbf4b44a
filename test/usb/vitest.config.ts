import { defineConfig } from 'vitest/config';
import { minutes } from '../runner/minutes.ts';
import { fromSources } from '../runner/settings.ts';

/** `npm run test:usb`: a separate command, since it boots virtual machines, one for each file and both at once. */
export default defineConfig({
  ...fromSources,
  plugins: [minutes],
  test: {
    include: ['test/usb/*.vm.ts'],
    globalSetup: ['test/usb/setup.ts'],
    maxWorkers: 2,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    reporters: ['default'],
  },
});
