import { availableParallelism, loadavg } from 'node:os';
import { relative, sep } from 'node:path';
import type { Report } from './tally.ts';

/** How many files and tests are listed. */
const LISTED = 10;
/** What is shorter is not worth a line. */
const LISTED_FROM_MS = 100;
/** A file of the quick run that takes longer gets a hint. No failure: how busy a machine is can only be guessed. */
const QUICK_FILE_MS = 20_000;
const HINT = '(long for a quick run: make it quicker, or name it *.slow.test.ts)';

/** From how many milliseconds on a file is long for a quick run: more where more wants to run than there are cores. */
export function longFileMs(): number {
  return QUICK_FILE_MS * Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());
}

/** A line of what the plugin `minutes` writes: how long a file took. */
interface FileTime {
  readonly area: string;
  readonly ms: number;
  /** From the root, and the database behind it where that is not the usual one. */
  readonly file: string;
}

/** Reads lines of an area, milliseconds and a file, with tabs between. */
export function fileTimes(text: string): FileTime[] {
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      const [area = '', ms = '', file = ''] = line.split('\t');
      return { area, ms: Number(ms), file };
    });
}

const bySlowest = (some: readonly { ms: number; line: string }[]): string[] =>
  some
    .filter(({ ms }) => ms >= LISTED_FROM_MS)
    .sort((a, b) => b.ms - a.ms)
    .slice(0, LISTED)
    .map(({ ms, line }) => `${(ms / 1000).toFixed(1).padStart(7)} s  ${line}`);

/**
 * The lines that say what took longest, slowest first: files, loading included, and tests.
 *
 * @param root the project's folder, from which files are named
 * @param longMs files that took longer get the hint that they are long for a quick run
 */
export function slowestLines(
  root: string,
  report: Report,
  times: readonly FileTime[],
  longMs: number,
): string[] {
  const files = bySlowest(
    times.map(({ ms, file }) => ({ ms, line: ms > longMs ? `${file}  ${HINT}` : file })),
  );
  const tests = bySlowest(
    report.testResults.flatMap(({ name, assertionResults }) =>
      assertionResults.map(({ fullName, duration }) => ({
        ms: duration ?? 0,
        line: `${relative(root, name).split(sep).join('/')}: ${fullName}`,
      })),
    ),
  );
  return [
    ...(files.length > 0 ? ['', 'slowest files', ...files] : []),
    ...(tests.length > 0 ? ['', 'slowest tests', ...tests] : []),
  ];
}
