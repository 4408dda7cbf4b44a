import { availableParallelism } from 'node:os';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { findPostgres } from './test/kit/postgres-programs.ts';

/** The service's tests that are about what it does, not about one database: they run on both. */
const ON_BOTH_DATABASES = [
  'test/service/{killed,lock,race,refusals,validate}.test.ts',
  'test/service/operations/across.test.ts',
  'test/service/radius/{log-in,packets}.test.ts',
  'test/service/api/{acts,anything,metrics,pages}.test.ts',
  'test/service/enrolment/{activations,address,job,relay,states,tend,turns}.test.ts',
  'test/service/{alerts,audit,challenges,jobs,mails,me,people,sealing,tokens,validation}/**/*.test.ts',
];

/** What takes a minute and more where counts are big: it goes first, so that none of it is left running alone. */
const SLOW =
  /(?:rollback|life|power-cuts|race|axe|wrong-turns|endings|wear|killed|serve|bangle-pages|storage-faults|journey)\.test\.ts$/;

class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isSlow = ({ moduleId }: TestSpecification) => SLOW.test(moduleId);
    return [...sorted.filter(isSlow), ...sorted.filter(file => !isSlow(file))];
  }
}

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
    sequence: { sequencer: SlowFirst },
    // One less than there are cores is the default: on two, half the machine would wait.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      { extends: true, test: { name: 'passfob', include: ['test/**/*.test.ts'] } },
      // Where it is not installed, a test of the first project says so.
      ...(findPostgres() === undefined ? [] : [onPostgres]),
    ],
  },
});
