import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default'],
    // One less than there are cores is the default: on two, half the machine would wait.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
