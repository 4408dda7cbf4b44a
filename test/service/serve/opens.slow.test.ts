import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeNeeds, needsTool } from '../../kit/tools.ts';
import { codeFiles } from '../../tools/tidy/files.ts';
import { passfob } from '../../unit/host/kit/cli.ts';
import { needsBuild } from '../../unit/host/kit/simulated-fob.ts';
import { testOfPremises as test } from './kit.ts';

const NAMES = ['service.db', 'inventory.db'].flatMap(name => [name, `${name}-wal`, `${name}-shm`]);

/** One opening of a file in a trace, with its call stack. */
interface Opening {
  readonly call: string;
  readonly isBySqlite: boolean;
}

/** Returns a command that traces each opening of a database file in these folders, in all threads. */
function traced(strace: string, log: string, folders: readonly string[]): string[] {
  const paths = folders.flatMap(folder => NAMES.map(name => join(folder, name)));
  return [
    strace,
    // The program is the parent, so that it receives the signals.
    ...['-D', '-f', '-qq', '-k', '-e', 'trace=open,openat,openat2,creat', '-o', log],
    ...paths.flatMap(path => ['-P', path]),
  ];
}

function openingsIn(log: string): Opening[] {
  const calls = readFileSync(log, 'utf8').split(/^(?=\d+ +open|\d+ +creat)/m);
  return calls
    .filter(call => /^\d+ +(?:open|creat)/.test(call))
    .map(call => ({ call: call.split('\n')[0] ?? '', isBySqlite: /better_sqlite3\.node/.test(call) }));
}

/** An exclusive creation never opens an existing file. */
const isCreation = ({ call }: Opening) => call.includes('O_CREAT|O_EXCL');

describeNeeds(needsBuild, 'commands that use a database', () =>
  describeNeeds(needsTool('strace'), 'under strace', strace => {
    test('only SQLite opens an existing database file, write-ahead log or shared memory', async premises => {
      const { folder, directory } = premises;
      const restored = join(folder, 'restored');
      const home = join(folder, 'home');
      const log = (name: string) => join(folder, `${name}.trace`);
      const through = (name: string) => traced(strace, log(name), [directory, restored, home]);
      const run = async (name: string, ...args: string[]) =>
        (await passfob(args, { home, through: through(name) })).exitCode;

      const serving = await premises.serve([], {}, through('serve'));
      expect((await fetch(`${serving.started.url}/ready`)).status).toBe(200);
      expect(await run('doctor', 'service', 'doctor', '--dir', directory, '--port', '0')).toBe(0);
      expect(await run('backup', 'service', 'backup', join(folder, 'backup'), '--dir', directory)).toBe(0);
      const database = join(directory, 'service.db');
      expect(await run('misled', 'service', 'restore', database, '--dir', directory)).not.toBe(0);
      mkdirSync(restored, { mode: 0o700 });
      copyFileSync(join(directory, 'service.key'), join(restored, 'service.key'));
      expect(await run('restore', 'service', 'restore', join(folder, 'backup'), '--dir', restored)).toBe(0);
      expect(await run('inventory', 'inventory', 'list')).toBe(0);
      expect(await run('inventory-again', 'inventory', 'list')).toBe(0);
      serving.kill('SIGTERM');
      expect((await serving.ended).code).toBe(0);

      for (const name of ['serve', 'doctor', 'backup', 'misled', 'restore', 'inventory', 'inventory-again']) {
        await expect.poll(() => existsSync(log(name)) && openingsIn(log(name)).length).toBeGreaterThan(1);
        const others = openingsIn(log(name)).filter(opening => !opening.isBySqlite && !isCreation(opening));
        expect([name, others]).toEqual([name, []]);
        expect(openingsIn(log(name)).some(({ isBySqlite }) => isBySqlite)).toBe(true);
      }
    });
  }),
);

it('a process has one copy of SQLite: two would not know of each other’s locks', () => {
  const users = codeFiles.filter(
    ({ path, text }) => /^host\/.*\.ts$/.test(path) && text.includes("'better-sqlite3'"),
  );
  expect(users.length).toBeGreaterThan(3);
  const found = users.map(({ path }) => createRequire(join(process.cwd(), path)).resolve('better-sqlite3'));
  // Kysely or another package could bring a copy of its own.
  found.push(createRequire(createRequire(import.meta.url).resolve('kysely')).resolve('better-sqlite3'));
  expect(new Set(found).size).toBe(1);
  const lock = readFileSync('package-lock.json', 'utf8');
  expect(lock.match(/"(?:[^"]*\/)?node_modules\/(?:better-sqlite3|sqlite3|libsql|sql\.js)":/g)).toHaveLength(
    1,
  );
  const sources = codeFiles.filter(({ path }) => /^host\/.*\.ts$/.test(path));
  expect(sources.filter(({ text }) => text.includes("'node:sqlite'")).map(({ path }) => path)).toEqual([]);
});
