import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { LONG, seedsOrOne } from '../../kit/counts.ts';
import { temporaryFolder } from '../../kit/folder.ts';
import { describeNeeds, needsTool } from '../../kit/tools.ts';
import { needsBuild } from '../../unit/host/kit/simulated-fob.ts';
import { type Attempt, DELAYS, type Row, runBoth } from './row.ts';
import { rows } from './rows.ts';

/** Tries of each row; each takes a few seconds. */
const FEW = 2;
const MANY = 10;

vi.setConfig({ testTimeout: 1_200_000 });

function newAttempt(): Attempt {
  const folder = temporaryFolder();
  return { folder, at: name => join(folder, name) };
}

/** Tries a row with one delay after the other, on both processes or on the first alone. @returns what went wrong */
async function tried(strace: string, row: Row, seeds: readonly number[]): Promise<string[]> {
  const failures: string[] = [];
  for (const seed of seeds) {
    const attempt = newAttempt();
    const writers = await row.prepare(attempt);
    const delays = [...(row.delays?.(attempt) ?? []), ...DELAYS];
    // The first seed is 1.
    const delay = delays[(seed - 1) % delays.length];
    if (delay === undefined) throw new Error('a row needs a delay');
    const delayed = Math.floor((seed - 1) / delays.length) % 2 === 0 ? 2 : 1;
    const ended = await runBoth(strace, attempt, writers, { delay, delayed });
    try {
      await row.holds(attempt, ended);
    } catch (error) {
      const said = ended.map(({ printed }) => printed).join('\n');
      failures.push(`${delayed} delayed at ${delay.calls} (PASSFOB_SEED=${seed}): ${String(error)}\n${said}`);
    }
  }
  return failures;
}

describeNeeds(needsBuild, 'two processes', () =>
  describeNeeds(needsTool('strace'), 'with delays between their system calls', strace => {
    it.each(rows.map(row => [row.file, row.writers, row] as const))(
      '%s is as it must be after two processes have written it at once: %s',
      LONG,
      async (_file, _writers, row) => {
        expect(await tried(strace, row, seedsOrOne(FEW, MANY))).toEqual([]);
      },
    );
  }),
);
