import { statSync } from 'node:fs';
import { join } from 'node:path';
import { openStore, type StoreOptions } from '@passfob/service/storage/database/database';
import { openKeyFile } from '@passfob/service/storage/encryption-at-rest/key-file';
import type { Store } from '@passfob/service/storage/schema/store';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { olderStore } from '../../service/older.ts';
import { onPostgres } from './postgres.ts';
import { tokenRow, userRow } from './validate/population.ts';

/** Users of one token each: `SIZE=100000 npm run bench -- upgrade`. */
const SIZE = Number(process.env.SIZE ?? 100_000);
const ROWS_AT_ONCE = 200;

/** Fills a database of the version before searches by parts, and measures the upgrade and the space it adds. */
async function upgrade(options: StoreOptions, bytesOf: (store: Store) => Promise<number>): Promise<string> {
  const keys = openKeyFile(options.directory, true);
  const { directory, databaseUrl } = options;
  const before = await olderStore({ directory, databaseUrl }, '0017-alphabets');
  for (let at = 0; at < SIZE; at += ROWS_AT_ONCE) {
    const numbers = Array.from({ length: Math.min(ROWS_AT_ONCE, SIZE - at) }, (_, place) => at + place);
    const rows = { users: numbers.map(userRow), tokens: numbers.map(number => tokenRow(keys, number)) };
    await before.db.transaction().execute(async db => {
      await db.insertInto('users').values(rows.users).execute();
      await db.insertInto('tokens').values(rows.tokens).execute();
    });
  }
  const bytesBefore = await bytesOf(before);
  await before.close();
  const beganMs = performance.now();
  const used = process.cpuUsage();
  const store = await openStore(options);
  const seconds = (performance.now() - beganMs) / 1_000;
  const { user, system } = process.cpuUsage(used);
  const bytes = (await bytesOf(store)) - bytesBefore;
  const count = async (kind: 'user' | 'token') =>
    (await sql<{ n: number }>`select count(*) as n from search_parts where kind = ${kind}`.execute(store.db))
      .rows[0]?.n;
  const [users, tokens] = [Number(await count('user')), Number(await count('token'))];
  expect(users).toBeGreaterThan(SIZE);
  await store.close();
  return `${SIZE} users and tokens (before ${Math.round(bytesBefore / 1e6)} MB): ${seconds.toFixed(1)} s (${((user + system) / 1e6).toFixed(1)} s of processor time in the service), ${Math.round(bytes / 1e6)} MB more; ${(users / SIZE).toFixed(1)} parts a user, ${(tokens / SIZE).toFixed(1)} a token, ${(bytes / (users + tokens)).toFixed(0)} bytes each`;
}

it('a database on SQLite upgrades in the promised time', async () => {
  const directory = temporaryFolder('bench');
  const bytesOf = async ({ db }: Store) => {
    await sql`pragma wal_checkpoint(truncate)`.execute(db);
    return statSync(join(directory, 'service.db')).size;
  };
  console.log(`SQLite, ${await upgrade({ directory }, bytesOf)}`);
});

onPostgres('a database on PostgreSQL upgrades in the promised time', async databaseUrl => {
  const bytesOf = async ({ db }: Store) => {
    const { rows } = await sql<{ n: string }>`select pg_database_size(current_database()) as n`.execute(db);
    return Number(rows[0]?.n ?? 0);
  };
  const directory = temporaryFolder('bench');
  console.log(`PostgreSQL, ${await upgrade({ directory, databaseUrl }, bytesOf)}`);
});
