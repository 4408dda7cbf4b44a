import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '@passfob/service/storage/database/database';
import BetterSqlite from 'better-sqlite3';
import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { add, apiKeyOf, codeAt, codeNow, testOfRig as it, NOON_MS, newToken, post, stepAt } from './kit.ts';
import { startedService } from './users/kit.ts';

it('the database is durable by its settings: write-ahead log, full synchronisation, foreign keys', async rig => {
  const store = await openStore({ directory: rig.directory });
  const settings: unknown[] = [];
  for (const name of ['journal_mode', 'synchronous', 'foreign_keys', 'secure_delete'])
    settings.push(...(await sql`pragma ${sql.raw(name)}`.execute(store.db)).rows);
  expect(settings).toEqual([
    { journal_mode: 'wal' },
    { synchronous: 2 },
    { foreign_keys: 1 },
    { secure_delete: 1 },
  ]);
  await store.close();
});

it('a database of a newer version is refused', async rig => {
  await (await rig.start()).close();
  const database = new BetterSqlite(join(rig.directory, 'service.db'));
  database.exec(`insert into kysely_migration values ('9999-later', '2100-01-01T00:00:00.000Z')`);
  database.close();
  await expect(rig.start()).rejects.toMatchObject({ code: 'database_newer' });
});

it('a database from before 0.2.0 is refused, which names the step between, and stays as it was', async rig => {
  await (await rig.start()).close();
  const path = join(rig.directory, 'service.db');
  const database = new BetterSqlite(path);
  database.exec(`delete from kysely_migration where name > '0017-alphabets'; drop table search_parts`);
  database.close();
  const before = readFileSync(path);
  await expect(rig.start()).rejects.toMatchObject({
    code: 'database_older',
    message: expect.stringContaining('Start 0.2.0 with it once'),
  });
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('while another program locks the database, reads work, log-ins wait and then fail, and nothing is accepted', async () => {
  await using service = await startedService();
  const apiKey = apiKeyOf(service);
  const token = await add(service, newToken());
  const body = { user: 'ada', passcode: codeNow(token, NOON_MS) };
  const other = new BetterSqlite(join(service.rig.directory, 'service.db'));
  other.exec('begin immediate');
  let answered = false;
  const waiting = post(service, apiKey, body).finally(() => {
    answered = true;
  });
  expect((await fetch(`${service.url}/health`)).status).toBe(200);
  expect(answered).toBe(false);
  const response = await waiting;
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2']);
  expect(await response.json()).toMatchObject({ code: 'unavailable', accepted: false });
  other.exec('rollback');
  other.close();
  expect((await post(service, apiKey, body)).status).toBe(200);
  expect((await service.events()).map(event => event.outcome)).toEqual(['accepted']);
});

test('property: with any clock and any requests, accepted steps only rise and none is accepted twice', async () => {
  await using service = await startedService({ lock: { threshold: 0, periodMs: 1000 } });
  const move = fc.record({
    clockMs: fc.oneof(fc.integer({ min: 0, max: 90_000 }), fc.integer({ min: -3_600_000, max: 3_600_000 })),
    ahead: fc.integer({ min: -3, max: 3 }),
  });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('hotp' as const, 'totp' as const),
      fc.array(move, { minLength: 1, maxLength: 25 }),
      async (kind, moves) => {
        const user = `user${run++}`;
        const token = await add(service, newToken({ kind, user, serial: user, digits: 8 }));
        service.clock.nowMs = NOON_MS;
        let last = -1;
        for (const { clockMs, ahead } of moves) {
          service.clock.nowMs += clockMs;
          const centre = kind === 'totp' ? stepAt(token, service.clock.nowMs) : last + 1;
          const step = Math.max(0, centre + ahead);
          const passcode = codeAt(token, step);
          const { accepted } = await service.validate({ user, passcode, source: '::1' });
          if (accepted) expect(step).toBeGreaterThan(last);
          if (accepted) last = step;
          const again = await service.validate({ user, passcode, source: '::1' });
          expect(again.accepted).toBe(false);
        }
      },
    ),
    { numRuns: 40 },
  );
});
