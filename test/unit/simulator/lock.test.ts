import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockStorage } from '@passfob/simulator/recording/state/lock';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { itNeeds } from '../../kit/tools.ts';

let storage = '';
let lock = '';
beforeEach(() => {
  storage = join(temporaryFolder('lock', onTestFinished), 'fob');
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

it('locks of processes that have ended are deleted', () => {
  // Above the largest number of a process (proc_sys_kernel(5), pid_max), and a file of a person.
  for (const name of ['4194305-1-b007', 'mine']) writeFileSync(`${lock}.${name}`, '');
  lockStorage(storage)();
  expect(readdirSync(join(lock, '..'))).toEqual(['fob.lock.mine']);
});

itNeeds(
  { name: 'Linux', found: process.platform === 'linux' ? true : undefined },
  'a lock of an ended process whose number another has is deleted',
  () => {
    writeFileSync(`${lock}.${process.pid}-1-b007`, '');
    lockStorage(storage)();
    expect(readdirSync(join(lock, '..'))).toEqual([]);
  },
);

it('a lock of another storage file does not count', () => {
  const remove = lockStorage(`${storage}2`);
  lockStorage(storage)();
  remove();
  expect(readdirSync(join(lock, '..'))).toEqual([]);
});
