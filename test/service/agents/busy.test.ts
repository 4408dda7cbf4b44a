import { agentLimits } from '@passfob/service/base/limits/agents';
import { openPostgres } from '@passfob/service/storage/database/postgres';
import type { Db } from '@passfob/service/storage/schema/store';
import { type RawBuilder, sql } from 'kysely';
import { expect, it } from 'vitest';
import { CutProxy } from '../../kit/cut-proxy.ts';
import { lockByPin, PIN } from '../kit/fob.ts';
import { isOnPostgres } from '../kit.ts';
import { isWaiting } from '../waiting.ts';
import { Bench } from './bench.ts';
import { until } from './kit.ts';
import type { UsersFob } from './world.ts';

/** Cancels the statement that waits for a row, once there is one. */
async function cancelWaiting(db: Db): Promise<void> {
  const waiting = sql`from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  const count = async (statement: RawBuilder<unknown>) => (await statement.execute(db)).rows.length;
  await until(async () => (await count(sql`select pg_cancel_backend(pid) ${waiting}`)) > 0, 'who waits');
  await until(async () => (await count(sql`select 1 ${waiting}`)) === 0, 'the end of it');
}

/** Opens a node that reaches its database through a proxy. */
async function behindProxy() {
  const proxies: CutProxy[] = [];
  const bench = await Bench.open(async ({ databaseUrl = '' }) => {
    const made = await CutProxy.before(databaseUrl);
    proxies.push(made);
    const store = openPostgres(made.address);
    const close = async () => {
      await store.close();
      await made[Symbol.asyncDispose]();
    };
    return { ...store, close };
  });
  const [proxy] = proxies;
  if (proxy === undefined) throw new Error('there is no proxy');
  return { bench, proxy };
}

const presses = [
  ['approved', ({ fob }: UsersFob) => fob.approve()],
  [
    'reported',
    ({ fob }: UsersFob) => {
      fob.deny();
      fob.approve();
    },
  ],
] as const;

/** Creates a request for a locked fob and waits until its agent is notified. */
async function askedLocked(bench: Bench) {
  const { agent, number, ...own } = await bench.ready('ada');
  await lockByPin(own);
  const asked = await bench.ask('ada');
  await until(() => agent.notices.includes('locked'), 'the notice');
  return { own, agent, number, asked };
}

for (const [state, press] of presses)
  for (const end of ['stays', 'is unplugged at once'])
    it.runIf(isOnPostgres)(
      `a request ${state} while the database is read-only is stored later after one press, if the fob ${end} (only on PostgreSQL)`,
      async () => {
        await using bench = await Bench.open();
        const { agent, number, ...own } = await bench.ready('ada');
        const asked = await bench.ask('ada');
        await bench.becomes(asked, 'shown');
        await until(() => own.fob.screen.includes(asked.number), 'the request');
        await bench.db.transaction().execute(async transaction => {
          await sql`select 1 from pushes for update`.execute(transaction);
          own.fob.run(1_000);
          press(own);
          await isWaiting(bench.db);
          if (end !== 'stays') agent.unplug(number);
          await cancelWaiting(bench.db);
        });
        await until(async () => !['waiting', 'sent', 'shown'].includes(await bench.state(asked)), 'the end');
        expect(await bench.state(asked)).toBe(state);
      },
    );

it.runIf(isOnPostgres)(
  'a request whose claim was stored but whose answer was lost still reaches the fob (only on PostgreSQL)',
  async () => {
    const { bench, proxy } = await behindProxy();
    await using _ = bench;
    const own = await bench.ready('ada');
    const isLost = proxy.loseAnswer('update "pushes"', 'commit');
    const asked = await bench.ask('ada');
    await isLost;
    await until(() => own.fob.screen.includes(asked.number), 'the request');
    own.fob.approve();
    expect(await bench.take(asked)).toBe('accepted');
  },
);

it.runIf(isOnPostgres)(
  'a request that cannot be given back during a database failure is given back later, however long it takes (only on PostgreSQL)',
  async () => {
    await using bench = await Bench.open();
    const { own, agent, number, asked } = await askedLocked(bench);
    await bench.db.transaction().execute(async transaction => {
      await sql`select 1 from pushes for update`.execute(transaction);
      agent.unplug(number);
      for (let cancelled = 0; cancelled <= agentLimits.courierWritesMax; cancelled++)
        await cancelWaiting(bench.db);
    });
    await bench.becomes(asked, 'waiting');
    await agent.stands(agent.plug(own.fob), 'own');
    own.fob.press();
    own.fob.enter(PIN);
    await until(() => own.fob.screen.includes(asked.number), 'the request');
    own.fob.approve();
    expect(await bench.take(asked)).toBe('accepted');
  },
);

it.runIf(isOnPostgres)(
  'pending writes about an unplugged fob are stored before the agent is told that its request is over (only on PostgreSQL)',
  async () => {
    await using bench = await Bench.open();
    const { own, agent, number, asked } = await askedLocked(bench);
    await bench.db.transaction().execute(async transaction => {
      await sql`select 1 from pushes for update`.execute(transaction);
      own.fob.press();
      own.fob.enter(PIN);
      await isWaiting(bench.db);
      agent.unplug(number);
      // These exchanges leave time for a premature end notice.
      for (const _ of [1, 2]) {
        const before = agent.log.length;
        agent.say({ type: 'beat' });
        await until(() => agent.log.length >= before + 2, 'the answer');
      }
    });
    await bench.becomes(asked, 'waiting');
    await until(() => agent.notices.includes('over'), 'the end');
    expect(agent.notices).toEqual(['locked', 'request', 'over']);
  },
);
