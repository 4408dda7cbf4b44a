import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { begin, spreadOf, withSpread } from './figures/record.ts';

const ROUNDS = 15;
const program = fileURLToPath(new URL('../../../host/bin/passfob.js', import.meta.url));

/** The commands that a person waits for at a prompt, and Node alone. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  'yardstick: `node -e 0`': ['-e', '0'],
  '`passfob --version`': [program, '--version'],
  'completion of a command': [program, '--complete', 'en'],
  'completion of an option': [program, '--complete', 'enroll', '--'],
  '`passfob --help`': [program, '--help'],
};

/** Returns the milliseconds from the start of a process to its end. */
function start(args: readonly string[]): number {
  const beganMs = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
  expect([args.slice(1), status]).toEqual([args.slice(1), 0]);
  return performance.now() - beganMs;
}

it('commands start quickly, beside Node alone', () => {
  const record = begin('start');
  const named = Object.entries(COMMANDS);
  const rounds = new Map(named.map(([name]) => [name, [] as number[]]));
  // In turn, so that other load of the machine affects all of them.
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, args] of named) rounds.get(name)?.push(start(args));
  const yardstick = rounds.get(named[0]?.[0] ?? '') ?? [];
  const rows = [...rounds].map(([name, times]) => [
    name,
    withSpread(times, 'ms'),
    spreadOf([...times.entries()], ([at, took]) => took / (yardstick[at] ?? Number.NaN), '', 1),
  ]);
  record({ tables: [['start of the command line | from start to end | times Node alone', rows]] });
});
