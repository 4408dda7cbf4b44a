import { setTimeout as pause } from 'node:timers/promises';
import { databaseLimits } from '@passfob/service/base/limits/database';
import { webLimits } from '@passfob/service/base/limits/web';
import type { Service } from '@passfob/service/service';
import { openStore, type Store } from '@passfob/service/storage/database/database';
import { openPostgres } from '@passfob/service/storage/database/postgres';
import type { NewToken } from '@passfob/service/subjects/tokens/issue';
import { sql } from 'kysely';
import { expect, vi } from 'vitest';
import { CutProxy } from '../../kit/cut-proxy.ts';
import { PATIENCE_MS } from '../../kit/patience.ts';
import {
  add,
  apiKeyOf,
  codeNow,
  isOnPostgres,
  NOON_MS,
  newToken,
  post,
  type Rig,
  testOfRig as test,
} from '../kit.ts';
import { isWaiting } from '../waiting.ts';

/** Long enough for any computer. */
const WAIT = { timeout: PATIENCE_MS, interval: 10 };

/**
 * Starts a service that reaches its database through a proxy, and opens a direct connection.
 *
 * @param parameters of the driver, as a query
 */
async function scene(rig: Rig, parameters = '') {
  const databaseUrl = (await rig.database) ?? '';
  const proxy = await CutProxy.before(databaseUrl);
  const direct = await openStore({ directory: rig.directory, databaseUrl });
  // Background work would use further connections.
  const service = await rig.start({ databaseUrl: proxy.address + parameters, background: false });
  return { proxy, direct, service, apiKey: apiKeyOf(service) };
}

/** Checks a client's information: 503, when to retry, and that nothing was accepted. */
async function expectUnavailable(response: Response): Promise<void> {
  expect([response.status, response.headers.get('retry-after')]).toEqual([
    503,
    String(webLimits.retryAfterSeconds),
  ]);
  if (response.headers.get('content-type') === 'application/problem+json')
    expect(await response.json()).toMatchObject({ code: 'unavailable', accepted: false });
}

/** Counts the statements of the service that wait for a lock. */
async function waiting(direct: Store): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`.execute(direct.db);
  return Number(rows[0]?.count);
}

function logIn({ url }: Service, passcode: string): Promise<Response> {
  const body = new URLSearchParams({ user: 'ada', passcode });
  return fetch(`${url}/login`, { method: 'POST', body, headers: { origin: url } });
}

test.runIf(isOnPostgres)(
  'a connection lost during log-ins answers 503 to all, accepts nothing and raises no alert (only on PostgreSQL)',
  async rig => {
    const { proxy, direct, service, apiKey } = await scene(rig);
    await using _ = proxy;
    const users = ['ada', 'bob', 'carl'];
    const tokens: NewToken[] = [];
    for (const [at, user] of users.entries())
      tokens.push(await add(service, newToken({ user, serial: `F-${at}` })));
    const attempt = (at: number) =>
      post(service, apiKey, { user: users[at], passcode: codeNow(tokens[at] ?? newToken(), NOON_MS) });
    const answers = await direct.db.transaction().execute(async db => {
      await sql`select 1 from users for update`.execute(db);
      let unanswered = users.length;
      const sent = users.map((_, at) => attempt(at).finally(() => unanswered--));
      // Log-ins that missed the first batch are decided in the next one, which is lost as well.
      while (unanswered > 0) {
        if ((await waiting(direct)) > 0) proxy.cut('open');
        await pause(WAIT.interval);
      }
      return Promise.all(sent);
    });
    for (const answer of answers) await expectUnavailable(answer);
    for (const [at] of users.entries()) expect((await attempt(at)).status).toBe(200);
    expect((await service.events()).map(({ outcome }) => outcome)).toEqual(Array(3).fill('accepted'));
    expect(await service.alerts()).toEqual([]);
    await direct.close();
  },
);

test.runIf(isOnPostgres)(
  'an unreachable database is 503 at the API, the form and the console; later all is as before (only on PostgreSQL)',
  async rig => {
    const { proxy, direct, service, apiKey } = await scene(rig);
    await using _ = proxy;
    const token = await add(service, newToken());
    const passcode = codeNow(token, NOON_MS);
    const everything = () => [
      post(service, apiKey, { user: 'ada', passcode }),
      fetch(`${service.url}/login`),
      logIn(service, passcode),
      fetch(`${service.url}/operator`, {
        headers: { cookie: `passfob-operator-${new URL(service.url).port}=x` },
      }),
      fetch(`${service.url}/v1/users`, { headers: { authorization: 'Bearer pfa_nobody' } }),
    ];
    proxy.cut('refusing');
    for (const answer of await Promise.all(everything())) await expectUnavailable(answer);
    // The connection is accepted and never answered: the driver gives up by itself.
    proxy.cut('silent');
    for (const answer of await Promise.all(everything())) await expectUnavailable(answer);
    proxy.cut('open');
    expect(await service.events()).toEqual([]);
    expect((await logIn(service, passcode)).status).toBe(200);
    await direct.close();
  },
);

test.runIf(isOnPostgres)(
  'sessions ended by the database server and exhausted connections are 503 as well (only on PostgreSQL)',
  async rig => {
    const { proxy, direct, service } = await scene(rig);
    await using _ = proxy;
    // The server announces the end of a session before it closes the connection; the announcement must suffice.
    proxy.cut('lingering');
    const login = () => fetch(`${service.url}/login`);
    await direct.db.transaction().execute(async db => {
      await sql`lock table applications in access exclusive mode`.execute(db);
      const held = Array.from({ length: databaseLimits.postgresConnectionsMax }, login);
      await vi.waitFor(
        async () => expect(await waiting(direct)).toBe(databaseLimits.postgresConnectionsMax),
        WAIT,
      );
      await expectUnavailable(await login());
      await sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(db);
      for (const answer of await Promise.all(held)) await expectUnavailable(answer);
    });
    expect((await login()).status).toBe(200);
    await direct.close();
  },
);

test.runIf(isOnPostgres)(
  'a silent open connection delays log-ins for a limited time (only on PostgreSQL)',
  async rig => {
    const { proxy, direct, service, apiKey } = await scene(rig, '?query_timeout=4000');
    await using _ = proxy;
    const tokens = { ada: newToken(), bob: newToken({ user: 'bob', serial: 'F-2' }) };
    for (const token of Object.values(tokens)) await add(service, token);
    const attempt = (user: keyof typeof tokens) =>
      post(service, apiKey, { user, passcode: codeNow(tokens[user], NOON_MS) });
    const held = await direct.db.transaction().execute(async db => {
      await sql`select 1 from users for update`.execute(db);
      const sent = attempt('ada');
      await vi.waitFor(async () => expect(await waiting(direct)).toBe(1), WAIT);
      proxy.freeze();
      return [sent];
    });
    for (const answer of await Promise.all(held)) await expectUnavailable(answer);
    // The other idle connections are found out one by one.
    await expect.poll(async () => (await attempt('bob')).status).toBe(200);
    await direct.close();
  },
);

/** Starts a node whose migration has to wait until `meanwhile` is over. */
async function whileMigrating(
  given: Parameters<typeof openStore>[0],
  meanwhile: (direct: Store) => Promise<unknown>,
): Promise<PromiseSettledResult<Store>[]> {
  const direct = await openStore(given);
  const { settled } = await direct.db.transaction().execute(async db => {
    await sql`lock table kysely_migration in access exclusive mode`.execute(db);
    const settled = Promise.allSettled([openStore(given)]);
    await isWaiting(direct.db);
    await meanwhile(direct);
    return { settled };
  });
  await direct.close();
  return await settled;
}

test.runIf(isOnPostgres)(
  'a starting node waits longer for its tables than for other queries (only on PostgreSQL)',
  async rig => {
    const databaseUrl = (await rig.database) ?? '';
    const given = { directory: rig.directory, databaseUrl, answerMs: 1_000 };
    const [started] = await whileMigrating(given, async () => {
      // This query waits for the same lock, starting later.
      const other = openPostgres(databaseUrl, given);
      await expect(sql`select 1 from kysely_migration`.execute(other.db)).rejects.toThrow('read timeout');
      await other.close();
    });
    if (started?.status !== 'fulfilled') throw started?.reason;
    const { db, close } = started.value;
    await expect(sql`select pg_sleep(60)`.execute(db)).rejects.toThrow('read timeout');
    await close();
  },
);

test.runIf(isOnPostgres)(
  'a node that loses its database while starting reports it and says to try again (only on PostgreSQL)',
  async rig => {
    const given = { directory: rig.directory, databaseUrl: (await rig.database) ?? '' };
    const [started] = await whileMigrating(given, ({ db }) =>
      sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(db),
    );
    expect(started).toMatchObject({ status: 'rejected', reason: { code: 'busy' } });
  },
);
