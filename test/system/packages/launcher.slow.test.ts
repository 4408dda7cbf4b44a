import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import * as nodeModule from 'node:module';
import { dirname, join } from 'node:path';
import { sourcesIn } from '@passfob/firmware/build/sources';
import { expect, onTestFinished, vi } from 'vitest';
import { built, needsBuilt } from '../../kit/built.ts';
import { temporaryFolder } from '../../kit/folder.ts';
import { itNeeds } from '../../kit/tools.ts';

const CHECK = 'firmware/dist/build/sources.js';
const LAUNCHER = 'host/bin/passfob.js';
const MAIN = 'host/cli/main.ts';
const RECORD = 'host/dist/sources.json';

/** A checkout of one command, which prints its arguments. */
function checkout() {
  const folder = temporaryFolder('launcher');
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write('package.json', '{"type":"module","workspaces":["host"]}');
  write(MAIN, 'before');
  write('host/dist/program/cli/main.js', 'console.log(...process.argv.slice(2));');
  for (const path of [CHECK, LAUNCHER]) {
    write(path, '');
    copyFileSync(built(path), join(folder, path));
  }
  write(RECORD, JSON.stringify(sourcesIn(join(folder, 'host'))));
  const run = (...args: string[]) => {
    const options = { encoding: 'utf8' } as const;
    const { stdout, stderr } = spawnSync(process.execPath, [join(folder, LAUNCHER), ...args], options);
    return { stdout, stderr };
  };
  return { write, run, remove: (path: string) => rmSync(join(folder, path)) };
}

itNeeds(
  needsBuilt(CHECK),
  'the launcher of a checkout says in one line which source the build is older than',
  () => {
    const { write, run, remove } = checkout();
    expect(run('list')).toEqual({ stdout: 'list\n', stderr: '' });
    write(MAIN, 'edited');
    const said =
      'This passfob may be an earlier one: host/cli/main.ts changed since the build. Run: npm run build\n';
    expect(run('list')).toEqual({ stdout: 'list\n', stderr: said });
    expect(run('--complete', 'l')).toEqual({ stdout: '--complete l\n', stderr: '' });
    remove(RECORD);
    expect(run('list').stderr).toContain('the build is not complete. Run: npm run build\n');
  },
);

itNeeds(needsBuilt(CHECK), 'the launcher of a package looks for no sources', () => {
  const { run, remove } = checkout();
  remove(MAIN);
  expect(run('list')).toEqual({ stdout: 'list\n', stderr: '' });
});

/** From 22.8 on. */
const hasCompileCache = {
  name: 'Node 22.8',
  found: 'enableCompileCache' in nodeModule || undefined,
};

itNeeds(
  hasCompileCache,
  'compiled code is kept in a folder that only this person can read and write, or not',
  () => {
    onTestFinished(() => void vi.unstubAllEnvs());
    const { run } = checkout();
    const cases = [
      { made: undefined, mode: 0o700, isUsed: true },
      { made: 0o755, mode: 0o700, isUsed: true },
      { made: 0o775, mode: 0o775, isUsed: false },
      { made: 0o757, mode: 0o757, isUsed: false },
    ];
    for (const { made, mode, isUsed } of cases) {
      const home = temporaryFolder('launcher-cache');
      const cache = join(home, 'passfob');
      if (made !== undefined) mkdirSync(cache);
      if (made !== undefined) chmodSync(cache, made);
      vi.stubEnv('XDG_CACHE_HOME', home);
      expect(run('list').stdout).toBe('list\n');
      expect([statSync(cache).mode & 0o777, readdirSync(cache).length > 0]).toEqual([mode, isUsed]);
    }
    const home = temporaryFolder('launcher-link');
    symlinkSync(temporaryFolder('launcher-elsewhere'), join(home, 'passfob'));
    vi.stubEnv('XDG_CACHE_HOME', home);
    expect(run('list').stdout).toBe('list\n');
    expect(readdirSync(join(home, 'passfob'))).toEqual([]);
  },
);
