import type { Defect } from './defect.ts';

/** What is read of vitest's JSON report. */
export interface Report {
  readonly testResults: readonly FileResult[];
}

interface FileResult {
  /** The file's path. */
  readonly name: string;
  /** Why the file did not load. */
  readonly message: string;
  readonly assertionResults: readonly TestResult[];
}

interface TestResult {
  readonly fullName: string;
  readonly title: string;
  readonly status: string;
  readonly failureMessages?: readonly string[];
}

/** What became of a defect, and why it is believed: the title of the test that failed, or the reason that counts for nothing. */
export interface Outcome {
  readonly is: 'caught' | 'survived' | 'unclear';
  readonly why: string;
}

/**
 * Only an assertion of a named test catches a defect. A file that does not load, an exception and a time limit say
 * nothing about what the test looks at.
 */
export function outcomeOf({ testResults }: Report, { test, title }: Defect): Outcome {
  const file = testResults.find(({ name }) => name.replaceAll('\\', '/').endsWith(`/${test}`));
  const ran = (file?.assertionResults ?? []).filter(
    ({ fullName, status }) => fullName.includes(title) && (status === 'passed' || status === 'failed'),
  );
  if (ran.length === 0) return { is: 'unclear', why: `no such test ran: ${lineOf(file?.message)}` };
  const failed = ran.filter(({ status }) => status === 'failed');
  const asserted = failed.find(({ failureMessages }) =>
    /\bAssertionError\b/.test(failureMessages?.[0] ?? ''),
  );
  if (asserted) return { is: 'caught', why: `by ${test}: ${asserted.title}` };
  if (failed[0])
    return { is: 'unclear', why: `no assertion failed: ${lineOf(failed[0].failureMessages?.[0])}` };
  return { is: 'survived', why: `${test}: ${ran[0]?.title}` };
}

const lineOf = (text = ''): string => text.trim().split('\n')[0] ?? '';
