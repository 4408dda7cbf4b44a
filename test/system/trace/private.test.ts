import { existsSync, readdirSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTraceKeys } from '@passfob/simulator/program/trace-keys';
import { traceToFile as traceFob } from '@passfob/simulator/recording/trace/file';
import { traceToFile as traceConnection } from 'passfob/cli/base/trace-file';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { itNeeds } from '../../kit/tools.ts';
import { run } from '../../unit/simulator/kit.ts';

const folder = temporaryFolder('trace');

const FAIL = (error: unknown) => {
  throw error;
};

it.each([
  ['of a fob', (path: string) => void traceFob(run(''), path, {}, FAIL)],
  ['of a connection', (path: string) => void traceConnection(path)],
])('a trace %s that replaces a file which everybody may read is private', (name, trace) => {
  const path = join(folder, `${name}.pcapng`);
  writeFileSync(path, 'public', { mode: 0o644 });
  trace(path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it('a file of pairing keys may have comments for the simulator, as for passfob trace', () => {
  const path = join(folder, 'keys');
  writeFileSync(path, `# of a test\n${'0f'.repeat(32)}\n`);
  expect(readTraceKeys(path)).toEqual([new Uint8Array(32).fill(15)]);
});

const full = { name: 'Linux, for a device that is always full', found: existsSync('/dev/full') || undefined };
itNeeds(full, 'a trace that cannot be written says so once, and leaves no file open', () => {
  const isOpen = () => readdirSync('/proc/self/fd').some(one => linkOf(one) === '/dev/full');
  const failures: unknown[] = [];
  const fob = run('');
  const trace = traceFob(fob, '/dev/full', {}, error => failures.push(error));
  expect(isOpen()).toBe(true);
  fob.press();
  trace.stop();
  trace.stop();
  expect(failures).toEqual([expect.objectContaining({ code: 'ENOSPC' })]);
  expect(isOpen()).toBe(false);
});

function linkOf(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    // That of the list itself.
    return '';
  }
}
