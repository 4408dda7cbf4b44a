/** How a run went; `failed` includes what failed without being a test (a file that did not load, an unhandled error). */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Report {
  testResults: { status: string; assertionResults: { status: string; tags: string[] }[] }[];
}

/**
 * Counts vitest's JSON report.
 *
 * @param json the report, or undefined when vitest left none
 * @param exitCode of vitest; not 0 means a failure even where no test failed
 * @param tags the run was of tests with one of them alone: others are not counted; with none it was of all
 */
export function tally(json: string | undefined, exitCode: number, tags: readonly string[] = []): Tally {
  if (json === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const { testResults } = JSON.parse(json) as Report;
  const isMeant = (test: { tags: string[] }) =>
    tags.length === 0 || test.tags.some(tag => tags.includes(tag));
  const results = testResults.flatMap(file => file.assertionResults.filter(isMeant));
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
