import { availableParallelism } from 'node:os';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { findPostgres } from './test/kit/postgres-programs.ts';

/** The service's tests that are about what it does, not about one database: they run on both. */
const ON_BOTH_DATABASES = [
  'test/service/{changes,killed,lock,race,refusals,validate}.test.ts',
  'test/service/operations/across.test.ts',
  'test/service/radius/{busy,held,log-in,new-pin,nodes,packets,press}.test.ts',
  'test/service/api/{acts,anything,metrics,pages}.test.ts',
  'test/service/agents/{busy,links,malice,nodes}.test.ts',
  'test/service/enrolment/{activations,address,claims,job,relay,states,tend,turns}.test.ts',
  'test/service/{alerts,audit,challenges,jobs,mails,me,people,push,sealing,tokens,validation}/**/*.test.ts',
];

/** What takes a minute and more where counts are big: it goes first, so that none of it is left running alone. */
const SLOW =
  /(?:rollback(?:-pins)?|life|power-cuts|race|axe|activate|malice|cuts|power|wrong-turns|endings|wear|killed|serve|bangle-pages|storage-faults|journey)\.test\.ts$/;

/** Within that by project: a worker that is not isolated goes on with the next file where it is of the same one. */
class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const projects = new Set(sorted.map(({ project }) => project.name));
    const inOrder = (some: TestSpecification[]) =>
      [...projects].flatMap(name => some.filter(({ project }) => project.name === name));
    const isSlow = ({ moduleId }: TestSpecification) => SLOW.test(moduleId);
    return [...inOrder(sorted.filter(isSlow)), ...inOrder(sorted.filter(file => !isSlow(file)))];
  }
}

const SERVICE = 'test/service/**/*.test.ts';
/** Loading the service costs a second of the processor: files share what a worker has loaded. None of them replaces any of it. */
const sharing = { isolate: false } as const;

const onPostgres = {
  extends: true,
  test: {
    ...sharing,
    name: 'postgresql',
    include: ON_BOTH_DATABASES,
    globalSetup: ['test/kit/postgres-setup.ts'],
    env: { PASSFOB_TEST_DATABASE: 'postgres' },
  },
} satisfies TestProjectConfiguration;

export default defineConfig({
  test: {
    // For what hangs; how long something takes is not what is tested.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What a test waits for comes when the machine has time for it; a second is not always enough.
    expect: { poll: { timeout: 15_000 } },
    reporters: ['default'],
    sequence: { sequencer: SlowFirst },
    // One less than there are cores is the default: on two, half the machine would wait.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      { extends: true, test: { name: 'passfob', include: ['test/**/*.test.ts'], exclude: [SERVICE] } },
      { extends: true, test: { ...sharing, name: 'service', include: [SERVICE] } },
      // Where it is not installed, a test of the service's says so.
      ...(findPostgres() === undefined ? [] : [onPostgres]),
    ],
  },
});
