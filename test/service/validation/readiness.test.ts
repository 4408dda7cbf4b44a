import { openStore } from '@passfob/service/storage/database/database';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { CutProxy } from '../../kit/cut-proxy.ts';
import { add, apiKeyOf, codeAt, isOnPostgres, newToken, post, Rig } from '../kit.ts';

async function readyOf({ url }: { readonly url: string }) {
  const ready = await fetch(`${url}/ready`);
  return [ready.status, await ready.json()];
}

test('nodes of one schema decide together, and stop once another version has changed the tables', async () => {
  await using rig = new Rig();
  const databaseUrl = await rig.database;
  const store = await openStore({ directory: rig.directory, databaseUrl });
  const first = await rig.start({ version: '1.0.0', background: false });
  const second = await rig.start({ version: '1.9.9', background: false });
  const apiKey = apiKeyOf(first);
  const token = await add(first, newToken({ kind: 'hotp' }));
  const logIn = async (node: typeof first, counter: number) =>
    (await post(node, apiKey, { user: 'ada', passcode: codeAt(token, counter) })).status;
  expect([await logIn(first, 0), await logIn(second, 1)]).toEqual([200, 200]);

  await sql`insert into kysely_migration (name, timestamp) values ('9999-later', '')`.execute(store.db);
  for (const node of [first, second]) {
    expect(await logIn(node, 2)).toBe(503);
    await expect(
      node.validate({ user: 'ada', passcode: codeAt(token, 2), source: '::1' }),
    ).rejects.toMatchObject({ code: 'schema_changed' });
  }
  expect(await readyOf(second)).toEqual([
    503,
    { status: 'not ready', reason: 'schema_changed', version: '1.9.9' },
  ]);
  await sql`delete from kysely_migration where name = '9999-later'`.execute(store.db);
  expect([await logIn(first, 2), await logIn(second, 2)]).toEqual([200, 403]);
  await store.close();
});

test.runIf(isOnPostgres)(
  'a node whose database is silent is not ready within seconds, however often it is asked (only on PostgreSQL)',
  async () => {
    await using rig = new Rig();
    const proxy = await CutProxy.before((await rig.database) ?? '');
    await using _ = proxy;
    const service = await rig.start({ databaseUrl: proxy.address, background: false, version: '1' });
    expect(await readyOf(service)).toEqual([200, { status: 'ready', version: '1' }]);
    proxy.freeze();
    // Without its own limit it would wait for the driver's, which is longer than this test may take.
    const silent = [503, { status: 'not ready', reason: 'silent', version: '1' }];
    await expect.poll(() => readyOf(service)).toEqual(silent);
    expect(await Promise.all([1, 2, 3].map(() => readyOf(service)))).toEqual([silent, silent, silent]);
  },
);
