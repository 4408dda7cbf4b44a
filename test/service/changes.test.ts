import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { watchChanges } from '../../host/service/data/changes.ts';
import { openStore, type Store } from '../../host/service/data/database.ts';
import { createUser } from '../../host/service/people/user-changes.ts';
import { openKeyFile } from '../../host/service/sealing/key-file.ts';
import { newDatabase } from './kit.ts';
import { accepted, grace } from './people/kit.ts';

/** Two nodes of one service: their stores, both in use already. */
async function twoStores(): Promise<{ one: Store; two: Store; change(): Promise<void> }> {
  const directory = mkdtempSync(join(tmpdir(), 'passfob-changes-'));
  const databaseUrl = await newDatabase();
  const [one, two] = [
    await openStore({ directory, databaseUrl }),
    await openStore({ directory, databaseUrl }),
  ];
  const keys = openKeyFile(directory, true);
  onTestFinished(async () => {
    await one.close();
    await two.close();
    rmSync(directory, { recursive: true });
  });
  let users = 0;
  const change = async () => {
    const management = { db: two.db, keys, clock: Date.now };
    accepted(await createUser(management, grace, { name: `user-${users++}` }));
  };
  await change();
  await two.announce();
  return { one, two, change };
}

it('a change that another node announces while this one only begins to watch is not missed', async () => {
  const { one, two, change } = await twoStores();
  const changes = watchChanges(one);
  const told = new Promise<void>(resolve => changes.watch(resolve));
  await change();
  await two.announce();
  await told;
  changes.close();
});

it('every change that another node announces is told, also where many come at once', async () => {
  const { one, two, change } = await twoStores();
  const [hearing, telling] = [watchChanges(one), watchChanges(two)];
  const seen: number[] = [];
  const count = async () => (await one.db.selectFrom('users').select('id').execute()).length;
  hearing.watch(() => void count().then(users => seen.push(users)));
  for (let turn = 0; turn < 20; turn++) {
    await change();
    telling.announce();
  }
  await expect.poll(() => Math.max(...seen)).toBe(21);
  hearing.close();
  telling.close();
});
