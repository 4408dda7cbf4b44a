import { alertLimits } from '@passfob/service/base/limits/alerts';
import { tokenLimits } from '@passfob/service/base/limits/tokens';
import { validationLimits } from '@passfob/service/base/limits/validation';
import type { Outcome } from '@passfob/service/base/outcomes';
import { sweep } from '@passfob/service/node/sweep';
import { openStore, writing } from '@passfob/service/storage/database/database';
import { raiseAlert } from '@passfob/service/subjects/alerts/alerts';
import { ensureApplication } from '@passfob/service/subjects/applications/applications';
import { makeTemporaryCode, temporaryCodeEnd } from '@passfob/service/subjects/tokens/codes/temporary-codes';
import { recordEvents } from '@passfob/service/subjects/validation/events';
import { sql } from 'kysely';
import { expect } from 'vitest';
import { CutProxy } from '../../kit/cut-proxy.ts';
import { secret } from '../../kit/secrets.ts';
import { add, apiKeyOf, codeAt, isOnPostgres, testOfRig as it, newToken, post } from '../kit.ts';
import { testOfOffice as test } from '../users/kit.ts';

/** Rows that are written in one statement. */
const CHUNK = 500;

test('expired temporary codes are deleted, and no others', async office => {
  const { db } = office.store;
  await office.users('ada', 'bob');
  const make = async (user: string) => secret((await office.do(makeTemporaryCode, { user })).code);
  await make('ada');
  office.nowMs += 1000;
  await make('bob');
  office.nowMs += tokenLimits.temporaryCodeMs - 1000;
  await sweep(db, office.nowMs);
  const kept = await db.selectFrom('temporary_codes').select(['user_id', 'expires_ms']).execute();
  expect(kept.map(({ expires_ms }) => expires_ms)).toEqual([office.nowMs + 1000]);
  expect(await temporaryCodeEnd(db, kept[0]?.user_id ?? '', office.nowMs)).toBe(office.nowMs + 1000);
});

test('a flood for unknown users or a locked account deletes no other part of the log, nor users’ reports', async office => {
  const { db } = office.store;
  await office.users('ada');
  const { id: userId } = await db.selectFrom('users').select('id').executeTakeFirstOrThrow();
  const { application } = await ensureApplication(db, office.nowMs);
  const fromMs = office.nowMs - 3_600_000;
  let atMs = fromMs;
  const happen = async (outcome: Outcome, count: number, isStranger = false) => {
    const event = {
      ...{ tokenId: null, applicationId: application.id, source: '192.0.2.1', requestId: 'r' },
      ...{ outcome, userId: isStranger ? null : userId },
    };
    for (let left = count; left > 0; left -= 5_000)
      await recordEvents(
        db,
        Array.from({ length: Math.min(left, 5_000) }, () => ({ ...event, atMs: ++atMs })),
      );
  };
  const { strangers, unseen } = validationLimits.eventRows;
  await happen('accepted', 2);
  await happen('wrong', 2);
  await happen('push_reported', 1);
  await happen('replay', 1);
  await happen('locked', unseen + 1);
  await happen('unknown_user', strangers + 3, true);
  const counts = async () => {
    const rows = await db
      .selectFrom('events')
      .select(query => ['outcome', query.fn.countAll<number>().as('count')])
      .select(query => query.fn.min('at_ms').as('first'))
      .groupBy('outcome')
      .execute();
    return new Map(
      rows.map(({ outcome, count, first }) => [outcome, [Number(count), Number(first) - fromMs]]),
    );
  };
  await sweep(db, office.nowMs);
  expect(await counts()).toEqual(
    new Map<Outcome, number[]>([
      ['accepted', [2, 1]],
      ['wrong', [2, 3]],
      ['push_reported', [1, 5]],
      ['replay', [1, 6]],
      ['locked', [unseen, 8]],
      ['unknown_user', [strangers, unseen + 11]],
    ]),
  );
});

test('the most recently repeated alerts are kept, up to their limit', async office => {
  const { db } = office.store;
  const raise = (number: number, atMs: number) => ({
    kind: 'clock' as const,
    dedupe: `clock:${number}`,
    userId: null,
    tokenId: null,
    atMs,
    source: '-',
  });
  await writing(db, transaction => raiseAlert(transaction, raise(0, 0)));
  const { id: _, ...first } = await db.selectFrom('alerts').selectAll().executeTakeFirstOrThrow();
  await writing(db, async transaction => {
    for (let from = 1; from < alertLimits.alertsKept + 10; from += CHUNK) {
      const numbers = Array.from(
        { length: Math.min(CHUNK, alertLimits.alertsKept + 10 - from) },
        (_, at) => from + at,
      );
      const rows = numbers.map(number => ({ ...first, dedupe: `clock:${number}`, last_ms: number }));
      await transaction.insertInto('alerts').values(rows).execute();
    }
    // The oldest alert is repeated.
    await raiseAlert(transaction, raise(0, alertLimits.alertsKept * 2));
  });
  await sweep(db, office.nowMs);
  const kept = await db.selectFrom('alerts').select('dedupe').orderBy('last_ms').execute();
  expect(kept).toHaveLength(alertLimits.alertsKept);
  expect([kept[0]?.dedupe, kept.at(-1)?.dedupe]).toEqual(['clock:11', 'clock:0']);
});

async function readyOf({ url }: { readonly url: string }) {
  const ready = await fetch(`${url}/ready`);
  return [ready.status, await ready.json()];
}

it('nodes of one schema decide together, and stop once another version has changed the tables', async rig => {
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

it.runIf(isOnPostgres)(
  'a node whose database is silent is not ready within seconds, however often it is asked (only on PostgreSQL)',
  async rig => {
    const proxy = await CutProxy.before((await rig.database) ?? '');
    await using _ = proxy;
    const service = await rig.start({ databaseUrl: proxy.address, background: false, version: '1' });
    expect(await readyOf(service)).toEqual([200, { status: 'ready', version: '1' }]);
    proxy.freeze('silent');
    // Without its own limit it would wait for the driver's, which is longer than this test may take.
    const silent = [503, { status: 'not ready', reason: 'silent', version: '1' }];
    await expect.poll(() => readyOf(service)).toEqual(silent);
    expect(await Promise.all([1, 2, 3].map(() => readyOf(service)))).toEqual([silent, silent, silent]);
  },
);
