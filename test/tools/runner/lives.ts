import type { UserWorkspaceConfig } from 'vitest/config';

/** The lives of used fobs, which take the most processor time of all files in a long run. */
const FILE = 'test/fob/simulation/lives.test.ts';
/** Projects that share them: vitest spreads files over its workers, not the tests of one. */
export const LIVES_PARTS = 4;

/** The parts but the first, which is of the project that has all other files. */
export const otherLives = Array.from({ length: LIVES_PARTS - 1 }, (_, at) => {
  const part = String(at + 1);
  const test = { name: `lives-${part}`, include: [FILE], env: { PASSFOB_LIVES_PART: part } };
  return { extends: true, test } satisfies UserWorkspaceConfig & { extends: true };
});
