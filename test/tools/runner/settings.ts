import { availableParallelism } from 'node:os';
import type { UserWorkspaceConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { PATIENCE_MS, TEST_LIMIT_MS } from '../../kit/patience.ts';
import { isSlowFile } from './slow.ts';

/**
 * Slow files first, so that none of them is left running alone. Within that by project, in the order of the configuration: a
 * worker that is not isolated goes on with the next file where it is of the same one.
 */
class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const projects = new Set(files.map(({ project }) => project.name));
    const inOrder = (some: TestSpecification[]) =>
      [...projects].flatMap(name => some.filter(({ project }) => project.name === name));
    const isSlow = ({ moduleId }: TestSpecification) => isSlowFile(moduleId);
    return [...inOrder(sorted.filter(isSlow)), ...inOrder(sorted.filter(file => !isSlow(file)))];
  }
}

export const SERVICE = 'test/service/**/*.test.ts';

/**
 * Our packages are loaded from their sources, never from what was built of them: a test is of what stands in the files, and
 * no process has two copies of a module.
 */
export const fromSources = {
  ssr: { resolve: { conditions: ['source', 'module', 'node'] } },
};

/** Of `npm test` and of `npm run test:long`. */
export const settings = {
  server: { deps: { inline: [/^(?:@passfob|passfob)\//], external: [/\/(?:emulator|simulator)\/dist\//] } },
  globalSetup: ['test/kit/built-setup.ts'],
  // Loading costs up to a second of the processor a file: files share what a worker has loaded. None of them replaces any of it.
  isolate: false,
  testTimeout: TEST_LIMIT_MS,
  hookTimeout: TEST_LIMIT_MS,
  expect: { poll: { timeout: PATIENCE_MS } },
  reporters: ['default'],
  sequence: { sequencer: SlowFirst },
  // One less than there are cores is the default. Many files wait for processes, browsers and people most of their time: on two
  // cores, two workers leave a third of the machine idle, and three some of it.
  maxWorkers: Math.max(4, availableParallelism() - 1),
  tags: [{ name: 'long', description: 'has a full count, which `npm run test:long` tries' }],
};

/** Files of these names, slow ones too. @param patterns that end in `.test.ts` */
const slowOrNot = (patterns: readonly string[]): string[] =>
  patterns.flatMap(pattern => [pattern, pattern.replace(/\.test\.ts$/, '.slow.test.ts')]);

/** A project whose files run on PostgreSQL, slow or not. @param exclude files of those that do not */
export function onPostgres(include: readonly string[], exclude: readonly string[] = []) {
  return {
    extends: true,
    test: {
      name: 'postgresql',
      include: slowOrNot(include),
      exclude: slowOrNot(exclude),
      globalSetup: ['test/kit/postgres-setup.ts'],
      env: { PASSFOB_TEST_DATABASE: 'postgres' },
    },
  } satisfies UserWorkspaceConfig & { extends: true };
}
