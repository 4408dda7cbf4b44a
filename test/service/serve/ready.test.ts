import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { startedService } from '../users/kit.ts';

/** Returns the responses of `/ready` and `/health` after a change of the database behind the service. */
async function after(statement: string) {
  await using service = await startedService({ version: '9.9.9' });
  const connection = new BetterSqlite(join(service.rig.directory, 'service.db'));
  connection.exec(statement);
  connection.close();
  const ready = await fetch(`${service.url}/ready`);
  const health = await fetch(`${service.url}/health`);
  return [ready.status, await ready.json(), health.status];
}

it('the service is ready while the database accepts writes, and tests it by rewriting one row', async () => {
  expect(await after('select 1')).toEqual([200, { status: 'ready', version: '9.9.9' }, 200]);
  await using service = await startedService();
  // One result serves all requests within a second.
  for (let turn = 0; turn < 3; turn++) expect((await fetch(`${service.url}/ready`)).status).toBe(200);
  const connection = new BetterSqlite(join(service.rig.directory, 'service.db'), { readonly: true });
  const rows = connection.prepare('select id, looks from readiness').all() as { looks: number }[];
  expect(rows).toHaveLength(1);
  expect(rows[0]?.looks).toBeGreaterThan(0);
  connection.close();
});

it.each([
  [
    'takes no writes',
    "create trigger full before insert on readiness begin select raise(abort, 'full'); end",
    'database',
  ],
  ['belongs to a newer version', "insert into kysely_migration values ('9999-later', '')", 'schema_changed'],
  ['is older', "delete from kysely_migration where name = '0002-management'", 'schema_changed'],
])('the service is alive and not ready while the database %s', async (_, statement, reason) => {
  expect(await after(statement)).toEqual([503, { status: 'not ready', reason, version: '9.9.9' }, 200]);
});
