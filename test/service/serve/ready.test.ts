import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { Rig } from '../kit.ts';

/** What `/ready` and `/health` say once something was done to the database behind the service's back. */
async function after(statement: string) {
  await using rig = new Rig();
  const service = await rig.start({ version: '9.9.9' });
  const connection = new BetterSqlite(join(rig.directory, 'service.db'));
  connection.exec(statement);
  connection.close();
  const ready = await fetch(`${service.url}/ready`);
  const health = await fetch(`${service.url}/health`);
  return [ready.status, await ready.json(), health.status];
}

it('is ready while the database takes writes, and leaves nothing in it', async () => {
  expect(await after('select 1')).toEqual([200, { status: 'ready', version: '9.9.9' }, 200]);
  await using rig = new Rig();
  const service = await rig.start();
  await fetch(`${service.url}/ready`);
  const connection = new BetterSqlite(join(rig.directory, 'service.db'), { readonly: true });
  expect(connection.prepare('select count(*) as rows from answers').get()).toEqual({ rows: 0 });
  connection.close();
});

it.each([
  ['takes no writes', "create trigger full before insert on answers begin select raise(abort, 'full'); end"],
  ['belongs to a newer version', "insert into kysely_migration values ('9999-later', '')"],
  ['is older', "delete from kysely_migration where name = '0002-management'"],
])('is alive and not ready while the database %s', async (_, statement) => {
  expect(await after(statement)).toEqual([503, { status: 'not ready', version: '9.9.9' }, 200]);
});
