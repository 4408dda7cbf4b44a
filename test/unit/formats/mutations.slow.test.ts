import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import { countOf, firstSeed, LONG } from '../../kit/counts.ts';
import { describeNeeds } from '../../kit/tools.ts';
import { needsBuild } from '../host/kit/simulated-fob.ts';
import { answersFor, COSTLY } from './keys.ts';

/**
 * Changed files of the whole corpus: cut, flipped, doubled, nested, lengthened, joined with each other. Each must give
 * rows or one refusal, soon and with little memory. A process of its own reads them, so that the system measures the
 * memory and a file that hangs can be ended.
 */

const FOLDER = fileURLToPath(new URL('corpus/', import.meta.url));
const PROGRAM = fileURLToPath(new URL('mutate.mjs', import.meta.url));

/** Of the whole process, with Node itself. */
const MEMORY_MAX_KIB = 200_000_000 / 1_024;
/**
 * Of V8, which otherwise collects late and takes what it can get: a file that needs more ends the process. What is
 * outside of the heap counts by the limit above.
 */
const HEAP = ['--max-old-space-size=64', '--max-semi-space-size=8'];
/** Of one file, in processor time. */
const PLAIN_MS_MAX = 2_000;
const COSTLY_MS_MAX = 12_000;
/** Without a report, a file hangs. */
const SILENCE_MS_MAX = 60_000;

const names = readdirSync(FOLDER).filter(name => !name.endsWith('.expected.json'));

interface ChildReport {
  readonly number: number;
  readonly some: number;
  readonly none: number;
  readonly refused: number;
  readonly slowestMs: number;
  readonly slowest: number;
  readonly failure?: string;
  readonly isDone?: boolean;
  readonly peakKib?: number;
}

async function filesFor(chosen: readonly string[]) {
  return Promise.all(
    chosen.map(async name => {
      const { password, key, assumed } = answersFor(name);
      const bytes = Buffer.from(await key(name, ''));
      return {
        name,
        path: `${FOLDER}${name}`,
        password: await password(name),
        key: bytes.toString('hex'),
        assumed,
      };
    }),
  );
}

/** Reads so many changed files; returns the last report. */
async function readChanged(
  chosen: readonly string[],
  seed: number,
  from: number,
  count: number,
): Promise<ChildReport> {
  const child = spawn(process.execPath, [...HEAP, PROGRAM], { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', chunk => {
    complaint = `${complaint}${chunk}`.slice(-2_000);
  });
  child.stdin.end(JSON.stringify({ seed, from, count, files: await filesFor(chosen) }));
  let last: ChildReport | undefined;
  const watch = setTimeout(() => child.kill('SIGKILL'), SILENCE_MS_MAX);
  for await (const line of createInterface({ input: child.stdout })) {
    last = JSON.parse(line) as ChildReport;
    watch.refresh();
  }
  clearTimeout(watch);
  if (last?.failure !== undefined) throw new Error(`file ${last.number} of seed ${seed}: ${last.failure}`);
  if (last?.isDone !== true)
    throw new Error(`after file ${last?.number} of seed ${seed}: ended or hung. ${complaint}`);
  return last;
}

describeNeeds(needsBuild, 'changed files', () => {
  vi.setConfig({ testTimeout: 7_200_000 });

  it.each([
    [
      'without costly keys',
      names.filter(name => !COSTLY.test(name)),
      countOf(2_000, 1_000_000),
      PLAIN_MS_MAX,
      250_000,
    ],
    [
      'with costly keys, and pictures',
      names.filter(name => COSTLY.test(name)),
      countOf(20, 1_000),
      COSTLY_MS_MAX,
      // V8 frees the memory of a derived key when it likes; an import derives the keys of some files at most.
      10,
    ],
  ] as const)(
    'changed files %s give rows or a refusal, in time and with less than 200 MB',
    LONG,
    async (_, chosen, count, limitMs, countInProcess) => {
      const seed = firstSeed();
      let [read, good] = [0, 0];
      for (let from = 0; from < count; from += countInProcess) {
        const some = Math.min(countInProcess, count - from);
        const report = await readChanged(chosen, seed, from, some);
        read += report.some + report.none + report.refused;
        good += report.some;
        expect(report.slowestMs, `file ${report.slowest} of seed ${seed}`).toBeLessThan(limitMs);
        expect(report.peakKib, `files from ${from} of seed ${seed}`).toBeLessThan(MEMORY_MAX_KIB);
      }
      expect(read).toBe(count);
      // Otherwise the changes would be too coarse to reach the readers.
      expect(good).toBeGreaterThanOrEqual(Math.floor(count / 500));
    },
  );
});
