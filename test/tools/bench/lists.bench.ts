import { readFileSync } from 'node:fs';
import { defaultLockPolicy } from '@passfob/service/base/lock';
import { openStore, type Store } from '@passfob/service/storage/database/database';
import { findRows, type Search } from '@passfob/service/storage/search/find';
import type { AskedPage, FoundList } from '@passfob/service/subjects/kit/list';
import { readPage } from '@passfob/service/subjects/kit/read-list';
import { tokens as allTokens } from '@passfob/service/subjects/tokens/list';
import { users as allUsers } from '@passfob/service/subjects/users/list';
import { userDetail } from '@passfob/service/subjects/users/user-views';
import { listEvents } from '@passfob/service/subjects/validation/events';
import { sql } from 'kysely';
import { afterAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { begin, grouped } from './figures/record.ts';
import { seedLists, userOf } from './lists/seed.ts';
import { onPostgres } from './postgres.ts';
import { quantile } from './push/figures.ts';

/** Users of one token each: `LIST_SIZES=10000 npm run bench -- lists`. */
const SIZES = (process.env.LIST_SIZES ?? '10000,100000,1000000').split(',').map(Number);
/** The promise of docs/performance.md for every page. */
const P99_MS = 100;
const LOOKS = 100;
const SEED_MS = 900_000;

/** Reads a page, each turn from another start. */
type Page = (turn: number) => Promise<unknown>;

/** The kinds of pages, all with a total. The words and filters of pairs are each had by a tenth to a third of the rows. */
function kindsOf({ db }: Store, size: number, nowMs: number): Readonly<Record<string, Page>> {
  const at = (turn: number) => (turn * 7919) % size;
  const digits = (turn: number) => String(at(turn)).padStart(8, '0');
  const of = (list: FoundList, filters: AskedPage['filters']) =>
    readPage(db, list, { filters, nowMs, limit: 50, isCounted: true });
  const users = (search: string, filters: AskedPage['filters'] = {}) => of(allUsers, { search, ...filters });
  const tokens = (filters: AskedPage['filters']) => of(allTokens, filters);
  return {
    'one token by its id: the yardstick': turn =>
      db
        .selectFrom('tokens')
        .selectAll()
        .where('id', '=', `t${at(turn)}`)
        .executeTakeFirst(),
    'users by name': () => users(''),
    'users by the middle of the name': turn => users(digits(turn).slice(2, 6)),
    'users by one letter, which all have': () => users('e'),
    'users by a common name': () => users('muller'),
    'users by a common name and digits': turn => users(`${digits(turn).slice(-4)} muller`),
    'users by two common words, rows in common': () => users('muller ada'),
    'users by two common words, no row in common': () => users('1@example ada'),
    'the same, going on': goingOn(after => findRows(db, { ...ask('user', '1@example ada'), after })),
    'users by five letters, which all have': () => users('u s e r x'),
    'users by a common word and a common filter': () => users('wei', { state: 'disabled' }),
    'users by a common word and a common filter, no row in common': () => users('ada', { state: 'disabled' }),
    'users by a common word and a rare filter': () => users('e', { state: 'locked' }),
    'users without a token, whom no index carries and nobody is': () => users('', { noToken: true }),
    'users who never logged in, whom all are': () => users('', { neverUsed: true }),
    'users whose activation is late, whom nobody is': () => users('', { notActivatedDays: 7 }),
    'users whose tokens are unused since, and a common word and state': () =>
      users('wei', { state: 'disabled', unusedSinceMs: nowMs }),
    'tokens of a state': () => tokens({ state: 'active' }),
    'tokens by the last digits': turn => tokens({ text: digits(turn).slice(-5) }),
    'tokens by one letter, which all have': () => tokens({ text: 'o' }),
    'tokens by name and digits of the user': turn => tokens({ text: `muller ${digits(turn).slice(-4)}` }),
    'tokens by two common words of the user, no row in common': () => tokens({ text: 'ada 1@example' }),
    'tokens by a common word of the user and one of all tokens': () => tokens({ text: 'fob ada' }),
    'tokens by two common words and a state, no row in common': () =>
      tokens({ text: 'ada 1@example', state: 'assigned' }),
    'tokens by a common word of the user and a state that none has': () =>
      tokens({ text: 'ada', state: 'suspended' }),
    'tokens whose clock is off, which none is': () => tokens({ driftOver: 1 }),
    'tokens never used, of a state, by a common word': () =>
      tokens({ text: 'ada', state: 'active', neverUsed: true }),
    'tokens by user in order of users': () => tokens({ by: 'user' }),
    'tokens by user in order of users, of a rare state': () => tokens({ by: 'user', state: 'suspended' }),
    'one user': turn => userDetail(db, userOf(at(turn)), { lock: defaultLockPolicy, nowMs }),
    'last log-ins': () => listEvents(db),
  };
}

function ask(kind: Search['kind'], typed: string): Search {
  return { kind, typed, limit: 50, isCounted: true };
}

/** Reads the second page. */
function goingOn(read: (after: string | undefined) => ReturnType<typeof findRows>): Page {
  let first: Awaited<ReturnType<typeof findRows>>;
  return async () => {
    first ??= await read(undefined);
    return read(first?.next ?? undefined);
  };
}

/** Returns a clock of the processor time, in milliseconds, of this process and of the connections to PostgreSQL. */
async function clockOf({ db, engine }: Store): Promise<() => number> {
  const { rows } =
    engine === 'sqlite'
      ? { rows: [] }
      : await sql<{ pid: number }>`select pid from pg_stat_activity where datname = current_database()
          and backend_type = 'client backend'`.execute(db);
  // The first number is the time on a processor in nanoseconds.
  const usedBy = (pid: number) => Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  return () => {
    const { user, system } = process.cpuUsage();
    return rows.reduce((sum, { pid }) => sum + usedBy(pid), (user + system) / 1_000);
  };
}

async function look(page: Page, clock: () => number): Promise<Record<'times' | 'used', readonly number[]>> {
  const times: number[] = [];
  const used: number[] = [];
  await page(0);
  for (let turn = 0; turn < LOOKS; turn++) {
    const [beganMs, before] = [performance.now(), clock()];
    await page(turn);
    used.push(clock() - before);
    times.push(performance.now() - beganMs);
  }
  return { times, used };
}

interface Measured {
  readonly rows: string[][];
  readonly points: Map<string, { x: number; least: number; median: number; most: number }[]>;
}

async function measure(databaseUrl?: string): Promise<Measured> {
  const store = await openStore({ directory: temporaryFolder('bench'), databaseUrl, answerMs: SEED_MS });
  const nowMs = Date.now();
  const rows = new Map<string, string[]>();
  const points: Measured['points'] = new Map();
  const slow: string[] = [];
  let seeded = 0;
  for (const size of SIZES) {
    await seedLists(store.db, seeded, size, nowMs);
    seeded = size;
    const clock = await clockOf(store);
    for (const [name, page] of Object.entries(kindsOf(store, size, nowMs))) {
      const { times, used } = await look(page, clock);
      const [p50, p99] = [quantile(used, 0.5), quantile(used, 0.99)];
      const said = `${grouped(p50, 1)}, ${grouped(p99, 1)}, ${grouped(quantile(times, 0.99), 1)} ms`;
      rows.set(name, [...(rows.get(name) ?? [name]), said]);
      points.set(name, [
        ...(points.get(name) ?? []),
        { x: size, least: quantile(used, 0), median: p50, most: p99 },
      ]);
      // Processor time: the clock on the wall includes the time of other programs.
      if (p99 >= P99_MS) slow.push(`${name} at ${size}: ${p99}`);
    }
  }
  await store.close();
  expect(slow).toEqual([]);
  return { rows: [...rows.values()], points };
}

const record = begin('lists');
const measured: (readonly [database: string, Measured])[] = [];

it(
  'pages of lists and searches keep their time on SQLite, beside the reading of one row',
  async () => {
    measured.push(['SQLite', await measure()]);
  },
  SEED_MS,
);

onPostgres('pages of lists and searches keep their time on PostgreSQL', async databaseUrl => {
  measured.push(['PostgreSQL', await measure(databaseUrl)]);
});

afterAll(() => {
  const sizes = SIZES.map(size => `${size.toLocaleString('en-US')} tokens`);
  const drawn = ['users by the middle of the name', 'users by two common words, no row in common'];
  record({
    tables: measured.map(([database, { rows }]) => [
      `${database}: processor time p50, p99; p99 of the clock | ${sizes.join(' | ')}`,
      rows,
    ]),
    plots: [
      {
        name: 'lists',
        title: 'Processor time of a page of a list or a search',
        x: { label: 'users and tokens' },
        y: { label: 'milliseconds: least, median, p99' },
        series: measured.flatMap(([database, { points }]) =>
          drawn.map(name => ({ name: `${database}: ${name}`, points: points.get(name) ?? [] })),
        ),
      },
    ],
    conditions: ['with totals', 'PostgreSQL: processor time of service and database together'],
  });
});
