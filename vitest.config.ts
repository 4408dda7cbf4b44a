import { availableParallelism } from 'node:os';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { findPostgres } from './test/kit/postgres-programs.ts';

/** The service's tests that are about what it does, not about one database: they run on both. */
const ON_BOTH_DATABASES = [
  'test/service/{lock,race,refusals,validate}.test.ts',
  'test/service/{alerts,audit,jobs,people,sealing,tokens}/**/*.test.ts',
  'test/service/console/numbers.test.ts',
];

const onPostgres = {
  extends: true,
  test: {
    name: 'postgresql',
    include: ON_BOTH_DATABASES,
    globalSetup: ['test/kit/postgres-setup.ts'],
    env: { PASSFOB_TEST_DATABASE: 'postgres' },
  },
} satisfies TestProjectConfiguration;

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default'],
    // One less than there are cores is the default: on two, half the machine would wait.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      { extends: true, test: { name: 'passfob', include: ['test/**/*.test.ts'] } },
      // Where it is not installed, a test of the first project says so.
      ...(findPostgres() === undefined ? [] : [onPostgres]),
    ],
  },
});
