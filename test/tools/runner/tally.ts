import { isSlowFile } from './slow.ts';

/** How a run went; `failed` includes what failed without being a test (a file that did not load, an unhandled error). */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What is read of vitest's JSON report. */
export interface Report {
  readonly testResults: readonly FileResult[];
}

interface FileResult {
  /** The file's path. */
  readonly name: string;
  readonly status: string;
  readonly assertionResults: readonly TestResult[];
}

interface TestResult {
  readonly fullName: string;
  readonly status: string;
  readonly tags: readonly string[];
  /** Milliseconds; absent where the test did not run. */
  readonly duration?: number | null;
}

/**
 * Counts a report.
 *
 * @param report undefined when vitest left none
 * @param exitCode of vitest; not 0 means a failure even where no test failed
 * @param tags of a long run: of files that are not slow, a test without one of them that did not run was not meant to, and is
 *   not counted as skipped
 */
export function tally(report: Report | undefined, exitCode: number, tags: readonly string[] = []): Tally {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const { testResults } = report;
  const isLeftOut = (file: FileResult, test: TestResult) =>
    tags.length > 0 &&
    test.status === 'skipped' &&
    !isSlowFile(file.name) &&
    !test.tags.some(tag => tags.includes(tag));
  const results = testResults.flatMap(file => file.assertionResults.filter(test => !isLeftOut(file, test)));
  const statuses = results.map(result => result.status);
  const count = (...wanted: string[]) => statuses.filter(status => wanted.includes(status)).length;
  const unloaded = testResults.filter(
    file => file.status === 'failed' && !file.assertionResults.some(result => result.status === 'failed'),
  ).length;
  // A test still "pending" at the end never finished: its worker died.
  const failed = count('failed', 'pending') + unloaded;
  return {
    passed: count('passed'),
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: count('skipped', 'todo', 'disabled'),
  };
}

/** The line a person or a program reads last: `12 passed, 0 failed`, with `, 3 skipped` where some were. */
export function tallyLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
