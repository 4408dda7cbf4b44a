import { execFile } from 'node:child_process';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { processLimits } from '@passfob/service/base/limits/process';
import { gatherLines } from '@passfob/service/base/log';
import { expect, test } from 'vitest';
import { PATIENCE_MS } from '../kit/patience.ts';
import { itNeeds } from '../kit/tools.ts';
import { needsBuild } from '../unit/host/kit/simulated-fob.ts';

test('the lines of one turn of the event loop are one write, in their order', async () => {
  const writes: string[] = [];
  const { write } = gatherLines(lines => writes.push(lines));
  for (const line of ['a\n', 'b\n', 'c\n']) write(line);
  expect(writes).toEqual([]);
  await nextTurn();
  write('d\n');
  await nextTurn();
  expect(writes).toEqual(['a\nb\nc\n', 'd\n']);
});

test('gathered lines beyond the limit are written at once, and a flush writes the rest', () => {
  const writes: string[] = [];
  const { write, flush } = gatherLines(lines => writes.push(lines));
  const long = `${'x'.repeat(processLimits.logGatheredMax)}\n`;
  write('a\n');
  write(long);
  expect(writes).toEqual([`a\n${long}`]);
  write('b\n');
  flush();
  flush();
  expect(writes.slice(1)).toEqual(['b\n']);
});

/** Runs a program that logs two lines and ends in some way. @returns its log */
function logOf(end: string): Promise<string> {
  const module = pathToFileURL('service/dist/cli/open-log.js');
  const program = `
    import { openLog } from '${module}';
    for (const signal of ['SIGTERM', 'SIGINT'])
      process.on(signal, () => {
        process.removeAllListeners(signal);
        process.kill(process.pid, signal);
      });
    const log = openLog(lines => void process.stdout.write(lines));
    log.write('first\\n');
    setTimeout(() => {
      log.write('last\\n');
      ${end}
    }, 1);`;
  return new Promise(resolve => {
    execFile(
      process.execPath,
      ['--input-type=module', '-e', program],
      { timeout: PATIENCE_MS },
      (_error, stdout) => {
        resolve(stdout);
      },
    );
  });
}

itNeeds(
  needsBuild,
  'a program that ends by itself, by an error or by a signal loses no line of its log',
  async () => {
    const ends = ['', 'process.exit(1);', "throw new Error('fatal');", "Promise.reject(new Error('fatal'));"];
    const signals = ['SIGTERM', 'SIGINT'].map(signal => `process.kill(process.pid, '${signal}');`);
    for (const end of [...ends, ...signals]) expect([end, await logOf(end)]).toEqual([end, 'first\nlast\n']);
  },
);

itNeeds(needsBuild, 'a program that is killed loses at most the lines of its last turn', async () => {
  expect(await logOf("process.kill(process.pid, 'SIGKILL');")).toBe('first\n');
});
