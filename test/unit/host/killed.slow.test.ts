import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { refuseExisting, saveNew } from 'passfob/commands/out-file';
import { takeLock } from 'passfob/file-lock';
import { exportInventory } from 'passfob/inventory/exported';
import { openInventory } from 'passfob/inventory/inventory';
import { addPendingPairing } from 'passfob/inventory/pairings';
import { rekey } from 'passfob/inventory/rekey';
import { leftoversOf, mayBeTemporaryOf, possibleLeftoversOf, replacePrivately } from 'passfob/private-file';
import { expect, it, test, vi } from 'vitest';
import { places } from '../../kit/counts.ts';
import { temporaryFolder } from '../../kit/folder.ts';
import { secret } from '../../kit/secrets.ts';
import { describeNeeds, itNeeds, needsTool } from '../../kit/tools.ts';
import { FOB, secrets } from './kit/inventory-rows.ts';
import { killedAt } from './kit/killed.ts';
import { needsBuild } from './kit/simulated-fob.ts';

/** Programs that are killed (kill -9) before each of their calls that touch a file, one after another. */

const built = (path: string) => JSON.stringify(new URL(`../../../${path}.js`, import.meta.url).href);

/** Kills the program at its first call, its second and so on, each time in a new folder, until it ends by itself. */
function killEverywhere(program: (path: string) => string, look: (path: string) => void): number {
  for (let nth = 1; ; nth++) {
    const path = temporaryFolder();
    const wasKilled = killedAt(nth, program(path));
    look(path);
    if (!wasKilled) return nth - 1;
  }
}

itNeeds(
  needsBuild,
  'a file of seeds is whole or absent, wherever its writer is killed, and the next one deletes leftovers',
  () => {
    const seed = secret('otpauth://totp/ada?secret=MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U');
    const kills = killEverywhere(
      path => `
      const { saveNew } = await import(${built('host/dist/commands/out-file')});
      hook();
      saveNew(${JSON.stringify(join(path, 'seeds.uri'))}, ${JSON.stringify(seed)});`,
      path => {
        const file = join(path, 'seeds.uri');
        const names = readdirSync(path);
        expect(names.filter(name => name !== 'seeds.uri' && !mayBeTemporaryOf('seeds.uri', name))).toEqual(
          [],
        );
        if (names.includes('seeds.uri')) expect(readFileSync(file, 'utf8')).toBe(seed);
        rmSync(file, { force: true });
        refuseExisting(file);
        expect(readdirSync(path)).toEqual([]);
      },
    );
    expect(kills).toBeGreaterThan(3);
  },
);

itNeeds(
  needsBuild,
  'a file of seeds is written on a file system without hard links, and replaces no other',
  () => {
    const file = join(temporaryFolder(), 'seeds.uri');
    const program = (text: string) => `
    import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    fs.linkSync = () => { throw Object.assign(new Error('no links'), { code: 'EPERM' }); };
    syncBuiltinESMExports();
    const { saveNew } = await import(${built('host/dist/commands/out-file')});
    saveNew(${JSON.stringify(file)}, ${JSON.stringify(text)});`;
    const run = (text: string) =>
      spawnSync(process.execPath, ['--input-type=module', '-e', program(text)], { encoding: 'utf8' });
    expect(run('first').status).toBe(0);
    expect(run('second').stderr).toContain('exists already, and it is not overwritten');
    expect(readFileSync(file, 'utf8')).toBe('first');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(file, '..'))).toEqual(['seeds.uri']);
  },
);

itNeeds(
  needsBuild,
  'a replaced private file is the old or the new one, and the next writer deletes leftovers of a kill',
  () => {
    const kills = killEverywhere(
      path => `
      const { replacePrivately } = await import(${built('host/dist/private-file')});
      replacePrivately(${JSON.stringify(join(path, 'inventory.key'))}, 'old');
      hook();
      replacePrivately(${JSON.stringify(join(path, 'inventory.key'))}, 'new');`,
      path => {
        const file = join(path, 'inventory.key');
        expect(['old', 'new']).toContain(readFileSync(file, 'utf8'));
        const others = readdirSync(path).filter(name => name !== 'inventory.key');
        expect(others.filter(name => !mayBeTemporaryOf('inventory.key', name))).toEqual([]);
        expect(leftoversOf(file).sort()).toEqual(others.map(name => join(path, name)).sort());
        replacePrivately(file, 'newer');
        expect([readdirSync(path), readFileSync(file, 'utf8')]).toEqual([['inventory.key'], 'newer']);
      },
    );
    expect(kills).toBeGreaterThan(4);
  },
);

itNeeds(
  needsBuild,
  'an old key of the inventory is nowhere after rekey ran again, wherever it was killed before',
  async () => {
    const places: string[] = [];
    killEverywhere(
      path => `
      const { openInventory } = await import(${built('host/dist/inventory/inventory')});
      const { rekey } = await import(${built('host/dist/inventory/rekey')});
      const inventory = openInventory(${JSON.stringify(path)});
      hook();
      await rekey(inventory);
      process.exit(0);`,
      path => places.push(path),
    );
    for (const path of places) {
      const text = readFileSync(join(path, 'inventory.key'), 'utf8');
      const before = text
        .split('\n')
        .slice(1)
        .filter(Boolean)
        .map(line => secret(line.split(' ')[1] ?? ''));
      const inventory = openInventory(path);
      await rekey(inventory);
      await inventory.close();
      const names = readdirSync(path).filter(name => name.startsWith('inventory.key'));
      expect(names).toEqual(['inventory.key', 'inventory.key.lock']);
      for (const key of before) expect(readFileSync(join(path, 'inventory.key'), 'utf8')).not.toContain(key);
    }
    expect(places.length).toBeGreaterThan(8);
  },
);

/** Calls that change the files of an inventory, SQLite's own included, and how many lie between two kills. */
const CHANGING = { fsync: 1, rename: 1, unlink: 1, ftruncate: 1, pwrite64: 5 } as const;

describeNeeds(needsBuild, 'a re-keying of the inventory', () =>
  describeNeeds(needsTool('strace'), 'under strace', strace => {
    it.each(Object.entries(CHANGING))(
      'a re-keying of the inventory that is killed at any %s leaves it open for old and new secrets, and the next one ends it',
      async (call, distance) => {
        const { first, step } = places();
        for (let nth = first + 1, wasKilled = true; wasKilled; nth += step * distance) {
          const path = temporaryFolder();
          const before = openInventory(path);
          await addPendingPairing(before, FOB, secrets(), 1);
          // From now on the database takes secrets under one key only.
          await rekey(before);
          await before.close();
          wasKilled = isRekeyKilled(strace, path, `${call}:signal=KILL:when=${nth}`);

          const left = openInventory(path);
          await addPendingPairing(left, { ...FOB, serial: 'PF-AAAA-AAAA' }, secrets(), 2);
          expect((await exportInventory(left)).fobs).toHaveLength(2);
          await rekey(left);
          expect((await exportInventory(left)).fobs).toHaveLength(2);
          await left.close();
          const keys = readFileSync(join(path, 'inventory.key'), 'utf8').trimEnd().split('\n').slice(1);
          expect(keys).toHaveLength(1);
        }
      },
    );
  }),
);

/** @param injected for strace @returns whether the process was killed; otherwise it ended well */
function isRekeyKilled(strace: string, path: string, injected: string): boolean {
  const program = `
    const { openInventory } = await import(${built('host/dist/inventory/inventory')});
    const { rekey } = await import(${built('host/dist/inventory/rekey')});
    const inventory = openInventory(${JSON.stringify(path)});
    await rekey(inventory);
    await inventory.close();`;
  const { status, signal, stderr } = spawnSync(
    strace,
    [
      ...['-f', '-qq', '-o', '/dev/null', '-e', `inject=${injected}`],
      ...[process.execPath, '--input-type=module', '-e', program],
    ],
    { encoding: 'utf8' },
  );
  expect(stderr).toBe('');
  if (signal === null) expect(status).toBe(0);
  return signal === 'SIGKILL';
}

itNeeds(needsBuild, 'a key of the service is in no second file once the key file is changed again', () => {
  const kills = killEverywhere(
    path => `
      const { changeKeyFile, openKeyFile } = await import(${built('service/dist/storage/encryption-at-rest/key-file')});
      hook();
      openKeyFile(${JSON.stringify(path)}, true);
      await changeKeyFile(${JSON.stringify(path)}, async file => file.add('next'));
      process.exit(0);`,
    path => {
      const file = join(path, 'service.key');
      replacePrivately(file, existsSync(file) ? readFileSync(file, 'utf8') : '');
      // The system released the lock of the killed process.
      takeLock(`${file}.lock`)();
      expect(readdirSync(path)).toEqual(['service.key', 'service.key.lock']);
      expect(readFileSync(`${file}.lock`, 'utf8')).toBe('');
    },
  );
  expect(kills).toBeGreaterThan(6);
});

itNeeds(
  needsBuild,
  'a temporary file of a running writer is left alone, and one that is a minute old is not',
  () => {
    const file = join(temporaryFolder(), 'inventory.key');
    writeFileSync(`${file}.${process.pid}-0123abcd.passfob-temporary`, 'being written');
    writeFileSync(`${file}.bak`, 'of the user');
    expect(leftoversOf(file)).toEqual([]);
    replacePrivately(file, 'text');
    expect(readFileSync(`${file}.${process.pid}-0123abcd.passfob-temporary`, 'utf8')).toBe('being written');
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 61_000);
    expect(leftoversOf(file)).toEqual([`${file}.${process.pid}-0123abcd.passfob-temporary`]);
    vi.restoreAllMocks();
    expect(() => saveNew(file, 'x')).toThrow('exists already');
  },
);

test('a copy of a file that its owner named like a temporary file of an earlier version is reported, not deleted', () => {
  const file = join(temporaryFolder(), 'service.key');
  const copies = ['20261128', '1a2b3c4d', '4711-1a2b3c4d'].map(ending => `${file}.${ending}`);
  for (const copy of copies) writeFileSync(copy, 'the only key of older rows');
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000);
  expect(leftoversOf(file)).toEqual([]);
  // The first is named by a date, which no passfob did.
  expect(possibleLeftoversOf(file).sort()).toEqual(copies.slice(1));
  replacePrivately(file, 'text');
  refuseExisting(`${file}.new`);
  vi.restoreAllMocks();
  expect(copies.map(copy => readFileSync(copy, 'utf8'))).toEqual(
    copies.map(() => 'the only key of older rows'),
  );
});

test('an inventory waits for another process that makes the same new database', async () => {
  const path = temporaryFolder();
  const program = `
    import BetterSqlite from 'better-sqlite3';
    const database = new BetterSqlite(${JSON.stringify(join(path, 'inventory.db'))});
    database.exec('begin immediate');
    console.log('begun');
    setTimeout(() => database.close(), 1_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
  await once(child.stdout, 'data');
  await openInventory(path).close();
});
