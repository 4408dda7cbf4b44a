import { readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { pathsIn, takesSlow } from './slow.ts';

/** Options of the test command's own, in this order, before those of vitest. */
const BUILD_OPTION = '--build';
const LONG_OPTION = '--long';

/** The first line of a run: what it does, and how long that takes on two cores. */
const SAYS = {
  quick:
    'quick run: builds, lints and runs all but the slow tests, in about 6 minutes on two cores (the slow ones: npm run test:long)',
  part: 'part of the quick run: builds and runs the tests named, without slow files (*.slow.test.ts) and without lint',
  slowPart: 'builds and runs the tests named, slow files among them, without lint',
  long: 'slow files and full counts: hours; about 12 minutes on two cores with PASSFOB_SHARE=0.1',
  other: 'builds and runs the tests of another configuration: a few minutes',
  longPart: 'slow files and full counts of the tests named',
} as const;

/** Every test file, from the root. */
const testFiles = (root: string): string[] =>
  readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.test.ts'))
    .map(name => `test/${name.split(sep).join('/')}`);

/** What a run is of, and what it therefore does before the tests. */
export interface Plan {
  readonly isLong: boolean;
  /** For vitest: file filters and options. */
  readonly args: readonly string[];
  /** Whether slow files are left out. */
  readonly isQuick: boolean;
  readonly says: string;
  /** Scripts of the package that come first. */
  readonly scripts: readonly string[];
}

/** What the test command is told to run. @param given its arguments */
export function planOf(root: string, given: readonly string[]): Plan {
  const isBuilding = given[0] === BUILD_OPTION;
  const rest = isBuilding ? given.slice(1) : given;
  const isLong = rest[0] === LONG_OPTION;
  const args = isLong ? rest.slice(1) : rest;
  const isWhole = args.length === 0;
  const isQuick = !isLong && !takesSlow(pathsIn(args), testFiles(root));
  const build = isBuilding ? ['build'] : [];
  if (isLong) return { isLong, args, isQuick, scripts: build, says: isWhole ? SAYS.long : SAYS.longPart };
  if (args[0] === '--config') return { isLong, args, isQuick, scripts: build, says: SAYS.other };
  if (!isWhole) return { isLong, args, isQuick, scripts: build, says: isQuick ? SAYS.part : SAYS.slowPart };
  return { isLong, args, isQuick, scripts: isBuilding ? ['build', 'lint'] : [], says: SAYS.quick };
}
