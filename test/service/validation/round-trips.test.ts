import { type Db, validating, writing } from '@passfob/service/storage/database/database';
import { together, withNext } from '@passfob/service/storage/queries/together';
import type { NewToken } from '@passfob/service/subjects/tokens/issue';
import { lockUsers, readFacts } from '@passfob/service/subjects/validation/facts';
import { acceptSteps } from '@passfob/service/subjects/validation/replay-protection';
import { sql } from 'kysely';
import pg from 'pg';
import { expect, test, vi } from 'vitest';
import { populate } from '../../tools/bench/validate/population.ts';
import { codeNow, isOnPostgres, wrongCode } from '../kit.ts';
import { testOfOffice as it, Office } from '../users/kit.ts';

/** Opens an office with users of a token each, and returns how each logs in. */
async function openWith(office: Office, ...users: string[]) {
  const decide = await office.logIns();
  const tokens: Record<string, NewToken> = {};
  for (const user of users) tokens[user] = await office.token(user);
  const tokenOf = (user: string) => tokens[user] ?? expect.fail(`${user} has no token`);
  return {
    right: (user: string, at: { applicationId?: string } = {}) =>
      decide({ user, passcode: codeNow(tokenOf(user), office.nowMs), ...at }),
    wrong: (user: string) => decide({ user, passcode: wrongCode(tokenOf(user), office.nowMs) }),
  };
}

/** Counts how often `work` waits for PostgreSQL: a statement that is sent while another one is answered adds no wait. */
async function roundTrips(work: () => Promise<unknown>): Promise<number> {
  let trips = 0;
  let unanswered = 0;
  const send = pg.Client.prototype.query as (...args: unknown[]) => Promise<unknown>;
  const spy = vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (
    this: pg.Client,
    ...args: unknown[]
  ) {
    if (unanswered++ === 0) trips++;
    return send.apply(this, args).finally(() => {
      unanswered--;
    });
  } as never);
  try {
    await work();
    return trips;
  } finally {
    spy.mockRestore();
  }
}

it.runIf(isOnPostgres)(
  'a log-in takes three round trips, and a refused one four (only on PostgreSQL)',
  async office => {
    const { right, wrong } = await openWith(office, 'ada');
    await right('ada');
    office.nowMs += 60_000;
    expect(await roundTrips(() => right('ada'))).toBe(3);
    // Two of them search for a fob that is out of step, after the transaction.
    expect(await roundTrips(() => wrong('ada'))).toBe(4);
  },
);

it.runIf(isOnPostgres)(
  'a log-in reads no whole table that has just grown (only on PostgreSQL)',
  async office => {
    const token = await office.token('ada').then(() => office.row('tokens'));
    await populate(office.store.db, office.management.keys, 1_000, false);
    const scans = (db: Db) =>
      sql`select relname, seq_scan from pg_stat_xact_user_tables where relname in ('users', 'tokens')
        order by relname`.execute(db);
    const nowMs = office.nowMs;
    await validating(office.store.db, async db => {
      const before = (await scans(db)).rows;
      await readFacts(db, { names: ['ada'], fingerprints: ['none'], applications: ['none'], nowMs });
      const moved = await acceptSteps(db, [{ token, step: 9, driftSteps: 0, atMs: nowMs, source: '-' }]);
      expect(moved.size).toBe(1);
      expect((await scans(db)).rows).toEqual(before);
    });
  },
);

it.runIf(isOnPostgres)(
  'a log-in does not wait for the transaction of another user (only on PostgreSQL)',
  async office => {
    const { right } = await openWith(office, 'ada', 'bob');
    let release = () => {};
    const held = new Promise<void>(resolve => {
      release = resolve;
    });
    let isLocked = () => {};
    const locked = new Promise<void>(resolve => {
      isLocked = resolve;
    });
    const holding = validating(office.store.db, async db => {
      await lockUsers(db, ['ada']);
      isLocked();
      await held;
    });
    await locked;
    let hasAda = false;
    const ada = right('ada').finally(() => {
      hasAda = true;
    });
    // The transaction of the first log-in has begun before the second log-in arrives.
    await new Promise(resolve => setTimeout(resolve, 50));
    expect(await right('bob')).toBe('accepted');
    expect(hasAda).toBe(false);
    release();
    await holding;
    expect(await ada).toBe('accepted');
  },
);

test('a log-in whose event cannot be written is not accepted, and its passcode stays new', async () => {
  await using office = await Office.open();
  const { right } = await openWith(office, 'ada');
  await expect(right('ada', { applicationId: 'no-such-application' })).rejects.toThrow(/foreign key/i);
  expect(await right('ada')).toBe('accepted');
});

test('queries that are run together each return their own rows, and the first error is thrown', async () => {
  await using office = await Office.open();
  const { db } = office.store;
  await office.users('ada', 'bob');
  const names = db.selectFrom('users').select('name').orderBy('name');
  const none = db.selectFrom('tokens').select('id');
  expect(await together(db, [names, none, names.limit(1)])).toEqual([
    [{ name: 'ada' }, { name: 'bob' }],
    [],
    [{ name: 'ada' }],
  ]);
  const broken = db.selectFrom('users').select(sql`no_such_column`.as('gone'));
  await expect(together(db, [names, broken, none])).rejects.toThrow('no_such_column');
});

test('a statement that goes with the next one is checked before a commit, and runs at once outside of a transaction', async () => {
  await using office = await Office.open();
  const { db } = office.store;
  await office.users('ada');
  const rename = (name: string) => db.updateTable('users').set({ display_name: name }).compile();
  const names = db.selectFrom('users').select('display_name');
  await withNext(db, rename('Ada'));
  expect(await names.execute()).toEqual([{ display_name: 'Ada' }]);
  const refuse = () => {
    throw new Error('not these rows');
  };
  await expect(
    validating(db, async transaction => {
      await withNext(transaction, rename('Eve'));
      await withNext(transaction, names.compile(), refuse);
    }),
  ).rejects.toThrow('not these rows');
  expect(await names.execute()).toEqual([{ display_name: 'Ada' }]);
});

test('the last accepted step moves once, upwards, for the user and in the states that were read', async () => {
  await using office = await Office.open();
  const { db } = office.store;
  await office.users('ada', 'bob');
  await office.token('ada');
  const token = await db.selectFrom('tokens').selectAll().executeTakeFirstOrThrow();
  const bob = await db.selectFrom('users').select('id').where('name', '=', 'bob').executeTakeFirstOrThrow();
  const move = (step: number) =>
    writing(db, async transaction => {
      const moved = await acceptSteps(transaction, [
        { token, step, driftSteps: 0, atMs: office.nowMs, source: '-' },
      ]);
      return moved.has(token.id);
    });
  const change = (changes: object) => db.updateTable('tokens').set(changes).execute();
  expect(await move(5)).toBe(true);
  expect([await move(5), await move(4)]).toEqual([false, false]);
  await change({ user_id: bob.id });
  expect(await move(6)).toBe(false);
  await change({ user_id: token.user_id, state: 'suspended' });
  expect(await move(6)).toBe(false);
  await change({ state: 'active' });
  expect(await move(6)).toBe(true);
});
