import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const RUNS = 20;
const program = fileURLToPath(new URL('../../host/bin/passfob.js', import.meta.url));
const COMMANDS: readonly (readonly string[])[] = [
  ['--version'],
  ['--complete', 'inv'],
  ['--complete', 'inventory', 'show', ''],
  ['--help'],
  ['inventory', 'list'],
  ['devices'],
];

/** What a start may take on a quiet machine. */
const START_MS_MAX = 150;
const HELD = 3;

const median = (values: readonly number[]) =>
  [...values].sort((one, other) => one - other)[values.length >> 1] ?? 0;

it('a version and a completion are printed within 150 ms', () => {
  const home = mkdtempSync(join(tmpdir(), 'passfob-start-'));
  const timed = (args: readonly string[]) => {
    const beganMs = performance.now();
    spawnSync(process.execPath, args, { env: { ...process.env, PASSFOB_HOME: home }, input: '' });
    return performance.now() - beganMs;
  };
  // By turns, so that a busy moment of the machine meets all of them.
  const bare: number[] = [];
  const times = COMMANDS.map(() => [] as number[]);
  for (let run = 0; run < RUNS; run++) {
    bare.push(timed(['-e', '0']));
    for (const [place, args] of COMMANDS.entries()) times[place]?.push(timed([program, ...args]));
  }
  rmSync(home, { recursive: true });
  const rows = COMMANDS.map((args, place) => `${args.join(' ')}: ${median(times[place] ?? []).toFixed(0)}`);
  process.stdout.write(
    `start in ms, median of ${RUNS}: node -e 0: ${median(bare).toFixed(0)}; ${rows.join('; ')}\n`,
  );
  for (const few of times.slice(0, HELD)) expect(Math.min(...few)).toBeLessThan(START_MS_MAX);
});
