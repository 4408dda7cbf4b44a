import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { traceToFile as traceFob } from '@passfob/simulator/trace/file';
import { readTraceKeys } from '@passfob/simulator/trace-keys';
import { traceToFile as traceConnection } from 'passfob/cli/base/trace-file';
import { afterAll, expect, it } from 'vitest';
import { run } from '../simulator/kit.ts';

const folder = mkdtempSync(join(tmpdir(), 'passfob-trace-'));
afterAll(() => rmSync(folder, { recursive: true }));

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
