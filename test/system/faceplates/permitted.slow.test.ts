import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { permissions } from '@passfob/simulator/program/permitted/parent';
import { expect, it } from 'vitest';
import { built } from '../../kit/built.ts';
import { temporaryFolder } from '../../kit/folder.ts';
import { ran } from '../../kit/started.ts';
import { describeNeeds } from '../../kit/tools.ts';
import { childrenOf, isRunning, needsSimulator, readiness, simulator } from './kit.ts';

const MAIN = built('simulator/dist/main.js');

/** What a program that got out of an image would try; each line says what came of it. */
const TRIES = `
const tries = {
  program: () => require('node:child_process').spawnSync('true').error?.code ?? 'done',
  thread: () => { new (require('node:worker_threads').Worker)('', { eval: true }); return 'done'; },
  'native code': () => { process.dlopen({ exports: {} }, process.argv[1]); return 'done'; },
  'another file': () => { require('node:fs').readFileSync(process.argv[1]); return 'done'; },
  'a new file': () => { require('node:fs').writeFileSync(process.argv[1] + '.new', ''); return 'done'; },
  'the state': () => { require('node:fs').writeFileSync(process.argv[2], 'x'); return 'done'; },
};
for (const [name, act] of Object.entries(tries)) {
  let result;
  try { result = act(); } catch (error) { result = error.code; }
  console.log(name + ': ' + result);
}`;

describeNeeds(needsSimulator, 'the process of the interpreter', () => {
  it('the permissions of the interpreter are its state and its packages, and no programs, threads and native code', async () => {
    const folder = temporaryFolder('permitted');
    const [state, other] = [join(folder, 'state'), join(folder, 'other')];
    for (const file of [state, other]) writeFileSync(file, 'x');
    const flags = permissions(MAIN, { storage: state });
    const { stdout } = await ran(process.execPath, [...flags, '--eval', TRIES, other, state]);
    expect(stdout.trimEnd().split('\n')).toEqual([
      'program: ERR_ACCESS_DENIED',
      'thread: ERR_ACCESS_DENIED',
      'native code: ERR_DLOPEN_DISABLED',
      'another file: ERR_ACCESS_DENIED',
      'a new file: ERR_ACCESS_DENIED',
      'the state: done',
    ]);
  });

  it('the interpreter runs with these permissions, and ends if the process is killed that gave them', async () => {
    const storage = join(temporaryFolder('permitted'), 'state');
    const parent = simulator(['--tcp', '0', '--storage', storage]);
    await readiness(parent);
    const [child = 0] = childrenOf(parent.pid, 'node');
    const line = readFileSync(`/proc/${child}/cmdline`, 'utf8').split('\0');
    const flags = permissions(MAIN, { storage });
    expect(line.slice(1, 1 + flags.length)).toEqual(flags);
    expect(line.filter(part => part.startsWith('--allow-fs-write'))).toEqual([`--allow-fs-write=${storage}`]);
    parent.kill('SIGKILL');
    await expect.poll(() => isRunning(child)).toBe(false);
    expect(existsSync(storage)).toBe(true);
  });
});
