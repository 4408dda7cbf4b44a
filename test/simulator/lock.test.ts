import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockStorage } from '@passfob/simulator/state/lock';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { itNeeds } from '../kit/tools.ts';

let storage = '';
let lock = '';
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'passfob-lock-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  storage = join(folder, 'fob');
  lock = `${storage}.lock`;
});

const IN_USE = 'is in use by another simulated fob. End it (Ctrl-C), or name another file.';

it('a lock refuses the next, and leaves nothing when it is removed', () => {
  const remove = lockStorage(storage);
  expect(() => lockStorage(storage)).toThrow(IN_USE);
  remove();
  expect(readdirSync(join(lock, '..'))).toEqual([]);
  lockStorage(storage)();
});

it('a lock of a process that has ended is replaced', () => {
  // Above the largest number of a process (proc_sys_kernel(5), pid_max).
  writeFileSync(lock, '4194305 1 boot\n');
  lockStorage(storage)();
  expect(readdirSync(join(lock, '..'))).toEqual([]);
});

itNeeds(
  { name: 'Linux', found: process.platform === 'linux' ? true : undefined },
  'a lock of an ended process whose number another has is replaced',
  () => {
    writeFileSync(lock, `${process.pid} 1 boot\n`);
    lockStorage(storage)();
    expect(readdirSync(join(lock, '..'))).toEqual([]);
  },
);

it('a lock that is still empty counts as held at first, and as left behind later', () => {
  writeFileSync(lock, '');
  expect(() => lockStorage(storage)).toThrow(IN_USE);
  utimesSync(lock, 1, 1);
  lockStorage(storage)();
});

it('a lock that another process has replaced is not removed', () => {
  const remove = lockStorage(storage);
  writeFileSync(lock, '1 of another\n');
  remove();
  expect(readFileSync(lock, 'latin1')).toBe('1 of another\n');
});
