import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '@passfob/simulator/base/usage-error';
import { readFirmware } from '@passfob/simulator/program/firmware-options';
import { afterAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'firmware-'));
afterAll(() => rmSync(folder, { recursive: true }));

function refused(path: string, message: string): void {
  expect(() => readFirmware(path)).toThrow(UsageError);
  expect(() => readFirmware(path)).toThrow(message);
}

it('the file of --firmware is read', () => {
  const path = join(folder, 'program.bin');
  writeFileSync(path, Uint8Array.of(1, 2, 3));
  expect(readFirmware(path)).toEqual(Uint8Array.of(1, 2, 3));
});

it('the file of --firmware is refused if it is not there or is a directory', () => {
  refused(join(folder, 'missing.bin'), 'no such file');
  refused(folder, 'is not a regular file');
});

it('the file of --firmware is refused if it is a pipe, for which the process would wait without an end', () => {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  refused(path, 'is not a regular file');
});

it('the file of --firmware is refused if it is huge, without being read', () => {
  const path = join(folder, 'huge.bin');
  writeFileSync(path, '');
  truncateSync(path, 2 ** 31);
  refused(path, 'it is no firmware');
});
