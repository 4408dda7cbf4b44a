import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { refuseExisting, saveNew } from 'passfob/commands/out-file';
import { openInventory } from 'passfob/inventory/inventory';
import { rekey } from 'passfob/inventory/rekey';
import { createPrivately, isTemporaryOf, leftoversOf, replacePrivately } from 'passfob/private-file';
import { expect, onTestFinished, test, vi } from 'vitest';
import { secret } from '../kit/secrets.ts';
import { itNeeds } from '../kit/tools.ts';
import { killedAt } from './kit/killed.ts';
import { needsBuild } from './kit/simulated-fob.ts';

/** Programs that are killed (kill -9) before each of their calls that touch a file, one after another. */

// Each starts a process, which takes a second where other tests keep the machine busy.
vi.setConfig({ testTimeout: 120_000 });

const built = (path: string) => JSON.stringify(new URL(`../../${path}.js`, import.meta.url).href);

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'passfob-killed-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

/** Kills the program at its first call, its second and so on, each time in a new folder, until it ends by itself. */
function killEverywhere(program: (path: string) => string, look: (path: string) => void): number {
  for (let nth = 1; ; nth++) {
    const path = folder();
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
        expect(names.filter(name => name !== 'seeds.uri' && !isTemporaryOf('seeds.uri', name))).toEqual([]);
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
    const file = join(folder(), 'seeds.uri');
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
        expect(others.filter(name => !isTemporaryOf('inventory.key', name))).toEqual([]);
        expect(leftoversOf(file).sort()).toEqual(others.map(name => join(path, name)).sort());
        replacePrivately(file, 'newer');
        expect(readdirSync(path)).toEqual(['inventory.key']);
        expect(readFileSync(file, 'utf8')).toBe('newer');
      },
    );
    expect(kills).toBeGreaterThan(4);
  },
);

itNeeds(
  needsBuild,
  'a new private file is whole or missing, and the next writer deletes leftovers of a kill',
  () => {
    killEverywhere(
      path => `
      const { createPrivately } = await import(${built('host/dist/private-file')});
      hook();
      createPrivately(${JSON.stringify(join(path, 'service.key'))}, 'first');`,
      path => {
        const file = join(path, 'service.key');
        createPrivately(file, 'second');
        expect(readdirSync(path)).toEqual(['service.key']);
        expect(['first', 'second']).toContain(readFileSync(file, 'utf8'));
      },
    );
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
      expect(names).toEqual(['inventory.key']);
      for (const key of before) expect(readFileSync(join(path, 'inventory.key'), 'utf8')).not.toContain(key);
    }
    expect(places.length).toBeGreaterThan(8);
  },
);

itNeeds(needsBuild, 'a key of the service is in no second file once the key file is changed again', () => {
  const kills = killEverywhere(
    path => `
      const { openKeyFile, prepareKey } = await import(${built('service/dist/storage/encryption-at-rest/key-file')});
      openKeyFile(${JSON.stringify(path)}, true);
      hook();
      prepareKey(${JSON.stringify(path)});`,
    path => {
      // The lock of the killed process counts for a minute, and holds nothing.
      const lock = join(path, 'service.key.new');
      if (readdirSync(path).includes('service.key.new')) expect(readFileSync(lock, 'utf8')).toBe('');
      rmSync(lock, { force: true });
      replacePrivately(join(path, 'service.key'), readFileSync(join(path, 'service.key'), 'utf8'));
      expect(readdirSync(path)).toEqual(['service.key']);
    },
  );
  expect(kills).toBeGreaterThan(6);
});

itNeeds(
  needsBuild,
  'a temporary file of a running writer is left alone, and one that is a minute old is not',
  () => {
    const file = join(folder(), 'inventory.key');
    writeFileSync(`${file}.${process.pid}-0123abcd`, 'being written');
    writeFileSync(`${file}.bak`, 'of the user');
    expect(leftoversOf(file)).toEqual([]);
    replacePrivately(file, 'text');
    expect(readFileSync(`${file}.${process.pid}-0123abcd`, 'utf8')).toBe('being written');
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 61_000);
    expect(leftoversOf(file)).toEqual([`${file}.${process.pid}-0123abcd`]);
    vi.restoreAllMocks();
    expect(() => saveNew(file, 'x')).toThrow('exists already');
  },
);

test('a copy of a key file that its owner named by the date stays when the file is written again', () => {
  const file = join(folder(), 'service.key');
  const copies = ['20261128', '20261128-09301500'].map(date => `${file}.${date}`);
  for (const copy of copies) writeFileSync(copy, 'the only key of older rows');
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000);
  expect(leftoversOf(file)).toEqual([]);
  createPrivately(file, 'text');
  replacePrivately(file, 'another');
  vi.restoreAllMocks();
  expect(copies.map(copy => readFileSync(copy, 'utf8'))).toEqual(
    copies.map(() => 'the only key of older rows'),
  );
  expect(copies.some(copy => isTemporaryOf('service.key', basename(copy)))).toBe(false);
});
