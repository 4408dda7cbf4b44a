import { defineConfig } from 'vitest/config';

/** `npm run test:usb`: not part of the tests proper, since it boots a virtual machine. */
export default defineConfig({
  test: {
    include: ['test/usb/*.vm.ts'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    reporters: ['default'],
  },
});
