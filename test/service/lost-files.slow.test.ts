import { copyFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { expect } from 'vitest';
import { secret } from '../kit/secrets.ts';
import { add, apiKeyOf, codeAt, newToken, post, Rig, testOfRig as test } from './kit.ts';
import { type Node, startNode } from './nodes/node.ts';

/** Prepares a service folder with one HOTP fob, and log-ins with its passcode of a counter at a node. */
async function prepared(rig: Rig) {
  const service = await rig.start({ clock: Date.now, lock: { threshold: 0, periodMs: 1000 } });
  const token = await add(service, newToken({ kind: 'hotp' }));
  await service.close();
  const apiKey = secret(apiKeyOf(service));
  return {
    start: () => startNode({ kind: 'service', directory: rig.directory }),
    logIn: async (node: Node, counter: number) =>
      (await post(node, apiKey, { user: 'ada', passcode: codeAt(token, counter) })).status,
  };
}

/** Replaces the database by another file of the same content, like a restore from a copy over a running service. */
function replaceDatabase(folder: string): void {
  copyFileSync(join(folder, 'service.db'), join(folder, 'copy.db'));
  renameSync(join(folder, 'copy.db'), join(folder, 'service.db'));
}

const losses: [string, (folder: string, node: Node) => void][] = [
  ['its write-ahead log is removed', folder => rmSync(join(folder, 'service.db-wal'))],
  ['its database file is replaced by a copy', replaceDatabase],
  ['its locks on the database file are lost', (_, node) => node.loseLocks()],
];

test.each(losses)('a node accepts nothing more once %s, and /ready says why', async (_, lose) => {
  await using rig = new Rig();
  const { start, logIn } = await prepared(rig);
  const node = await start();
  expect(await logIn(node, 0)).toBe(200);
  lose(rig.directory, node);
  await expect
    .poll(async () => {
      const ready = await fetch(`${node.url}/ready`);
      return [ready.status, await ready.json()];
    })
    .toEqual([503, { status: 'not ready', reason: 'database_lost', version: '0' }]);
  expect(await logIn(node, 1)).toBe(503);
  expect((await fetch(`${node.url}/health`)).status).toBe(200);
  // The worker thread restarts on the same files.
  node.breakThread();
  for (let turn = 0; turn < 3; turn++) expect(await logIn(node, 1)).toBe(503);
  await node.kill();
});

test('a node that lost its files does not copy its lost log over another node’s changes when it ends', async rig => {
  const { start, logIn } = await prepared(rig);
  const lost = await start();
  for (let counter = 0; counter < 20; counter++) expect(await logIn(lost, counter)).toBe(200);
  for (const name of ['service.db-wal', 'service.db-shm']) rmSync(join(rig.directory, name));
  const other = await start();
  // Its database does not contain the changes in the removed log.
  for (let counter = 0; counter < 40; counter++) expect(await logIn(other, counter)).toBe(200);
  await other.end();
  await lost.end();
  const database = new BetterSqlite(join(rig.directory, 'service.db'));
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(
    database.prepare("select count(*) as accepted from events where outcome = 'accepted'").get(),
  ).toEqual({ accepted: 40 });
  database.close();
});
