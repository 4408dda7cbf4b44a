import { openStore } from '@passfob/service/storage/database/database';
import { openKeyFile } from '@passfob/service/storage/encryption-at-rest/key-file';
import type { NewToken } from '@passfob/service/subjects/tokens/issue';
import { makeEngine } from '@passfob/service/subjects/validation/engine';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { freePort } from '../kit/free-port.ts';
import { add, apiKeyOf, codeAt, codeNow, NOON_MS, newToken, post, Rig, stepAt } from './kit.ts';
import { testOfService as it, Office, startedService } from './users/kit.ts';

const HOUR_MS = 3_600_000;

/** Opens a validator on the rig's database with a connection of its own. */
async function validatorOn(rig: Rig) {
  const store = await openStore({ directory: rig.directory });
  const { id } = await store.db.selectFrom('applications').select('id').executeTakeFirstOrThrow();
  const keys = openKeyFile(rig.directory, false);
  const engine = makeEngine({ db: store.db, keys, clock: () => rig.clock.nowMs });
  const decide = (passcode: string) =>
    engine.decide({ user: 'ada', passcode, source: '::1', requestId: 'r', applicationId: id });
  return { store, decide };
}

test('a service that cannot create its console link while starting leaves no listener behind', async () => {
  await using rig = new Rig();
  await rig.start({ background: false });
  await using office = await Office.beside(rig);
  await sql`alter table operator_links rename to lost_links`.execute(office.store.db);
  const port = await freePort();
  await expect(rig.start({ background: false, port })).rejects.toThrow('operator_links');
  await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow('fetch failed');
  await sql`alter table lost_links rename to operator_links`.execute(office.store.db);
  const { url } = await rig.start({ background: false, port });
  expect((await fetch(`${url}/health`)).status).toBe(200);
});

test('with a read-only database log-ins fail and nothing is accepted, and later all works as before', async () => {
  await using service = await startedService({ background: false });
  const token = await add(service, newToken());
  const { store, decide } = await validatorOn(service.rig);
  const passcode = codeNow(token, NOON_MS);
  await sql`pragma query_only = 1`.execute(store.db);
  await expect(decide(passcode)).rejects.toMatchObject({ code: 'SQLITE_READONLY' });
  expect(await service.events()).toEqual([]);
  await sql`pragma query_only = 0`.execute(store.db);
  expect(await decide(passcode)).toBe('accepted');
  await store.close();
});

test('on a full disk each of many log-ins fails or is durable, and none is accepted twice when there is room again', async () => {
  await using service = await startedService({ background: false });
  const token = await add(service, newToken({ kind: 'hotp' }));
  const { store, decide } = await validatorOn(service.rig);
  const pages = await sql<{ page_count: number }>`pragma page_count`.execute(store.db);
  await sql`pragma max_page_count = ${sql.raw(String(pages.rows[0]?.page_count))}`.execute(store.db);
  const accepted: number[] = [];
  let isFull = false;
  for (let counter = 0; counter < 2_000 && !isFull; counter++)
    try {
      if ((await decide(codeAt(token, counter))) === 'accepted') accepted.push(counter);
    } catch (error) {
      expect(error).toMatchObject({ code: 'SQLITE_FULL' });
      isFull = true;
    }
  expect(isFull).toBe(true);
  await sql`pragma max_page_count = 1000000`.execute(store.db);
  for (const counter of accepted.slice(-5)) expect(await decide(codeAt(token, counter))).not.toBe('accepted');
  // The failed log-in did not use up the passcode.
  expect(await decide(codeAt(token, accepted.length))).toBe('accepted');
  await store.close();
});

it('after the service’s clock goes back an hour, no passcode is accepted twice and no lock is shortened', async service => {
  const apiKey = apiKeyOf(service);
  const token = await add(service, newToken());
  const locked = await add(service, newToken({ user: 'bob', serial: 'FOB-2' }));
  const used = codeNow(token, NOON_MS);
  const status = async (user: string, passcode: string) =>
    (await post(service, apiKey, { user, passcode })).status;
  const now = (of: NewToken) => codeNow(of, service.clock.nowMs);
  expect(await status('ada', used)).toBe(200);
  for (let nth = 0; nth < 3; nth++) await status('bob', String(100_000 + nth));
  service.clock.nowMs -= HOUR_MS;
  for (const step of [
    stepAt(token, NOON_MS),
    stepAt(token, service.clock.nowMs),
    stepAt(token, service.clock.nowMs) + 1,
  ])
    expect(await status('ada', codeAt(token, step))).toBe(403);
  expect(await status('bob', now(locked))).toBe(403);
  service.clock.nowMs = NOON_MS + 60_000;
  expect(await status('ada', now(token))).toBe(200);
  expect(await status('bob', now(locked))).toBe(403);
  service.clock.nowMs = NOON_MS + 15 * 60_000;
  expect(await status('bob', now(locked))).toBe(200);
});

it('an attempt with only revoked tokens is refused and raises one alert a day, and the seed is gone', async service => {
  const token = await add(service, newToken());
  await service.changeTokenState('FOB-1', 'revoked');
  const attempt = (of: NewToken) =>
    service.validate({ user: 'ada', passcode: codeNow(of, service.clock.nowMs), source: '::1' });
  for (let day = 0; day < 2; day++) {
    for (let turn = 0; turn < 3; turn++) await attempt(token);
    service.clock.nowMs += 24 * HOUR_MS;
  }
  expect((await service.alerts()).map(({ kind, count }) => [kind, count])).toEqual([
    ['revoked_use', 3],
    ['revoked_use', 3],
  ]);
  expect(await service.office.rows('tokens')).toMatchObject([{ sealed_secret: null, key_id: null }]);
  // After ten years it is still revoked, and the user's other fob works.
  service.clock.nowMs += 3650 * 24 * HOUR_MS;
  const next = await add(service, newToken({ serial: 'FOB-2' }));
  expect((await attempt(token)).accepted).toBe(false);
  expect((await attempt(next)).accepted).toBe(true);
});
