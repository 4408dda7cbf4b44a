import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchChanges } from '@passfob/service/storage/database/changes';
import { openStore, type Store } from '@passfob/service/storage/database/database';
import { listenPostgres } from '@passfob/service/storage/database/postgres-listen';
import { openKeyFile } from '@passfob/service/storage/encryption-at-rest/key-file';
import { createUser } from '@passfob/service/subjects/users/acts';
import { expect, it, onTestFinished } from 'vitest';
import { CutProxy } from '../kit/cut-proxy.ts';
import { isOnPostgres, newDatabase } from './kit.ts';
import { accepted, grace } from './users/kit.ts';

/** Opens two nodes of one service, with their stores already in use. */
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

it('a change that another node announces while this node begins to listen is not missed', async () => {
  const { one, two, change } = await twoStores();
  const changes = watchChanges(one);
  const told = new Promise<void>(resolve => changes.watch(resolve));
  await change();
  await two.announce();
  await told;
  changes.close();
});

it('every change that another node announces is reported, also when many arrive at once', async () => {
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

it('a failed announcement is repeated', async () => {
  const { one, two, change } = await twoStores();
  let tries = 0;
  const failing: Store = {
    ...two,
    announce: () => (tries++ === 0 ? Promise.reject(new Error('the connection was lost')) : two.announce()),
  };
  const [hearing, telling] = [watchChanges(one), watchChanges(failing)];
  let toldOf = 0;
  hearing.watch(() => {
    toldOf = tries;
  });
  await change();
  telling.announce();
  await expect.poll(() => tries).toBe(2);
  if (isOnPostgres) await expect.poll(() => toldOf).toBe(2);
  telling.close();
  hearing.close();
});

it.runIf(isOnPostgres)(
  'a connection that silently stops receiving announcements is replaced (only on PostgreSQL)',
  async () => {
    const databaseUrl = (await newDatabase()) ?? '';
    await using proxy = await CutProxy.before(databaseUrl);
    const store = await openStore({ directory: tmpdir(), databaseUrl });
    let changes = 0;
    const stop = listenPostgres(proxy.address, () => changes++, { beatMs: 100, answerMs: 2_000 });
    await expect.poll(() => changes).toBe(1);
    proxy.freeze();
    await store.announce();
    // The new connection reports one change for those it may have missed, and then receives announcements.
    await expect.poll(() => changes).toBe(2);
    await store.announce();
    await expect.poll(() => changes).toBe(3);
    stop();
    await store.close();
  },
);
