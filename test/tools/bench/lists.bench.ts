import { defaultLockPolicy } from '@passfob/service/base/lock';
import { openStore, type Store } from '@passfob/service/storage/database/database';
import { openKeyFile } from '@passfob/service/storage/encryption-at-rest/key-file';
import { searchTokens } from '@passfob/service/subjects/tokens/search';
import { listUsers, userDetail } from '@passfob/service/subjects/users/user-views';
import { listEvents } from '@passfob/service/subjects/validation/events';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { begin, grouped } from './figures/record.ts';
import { quantile } from './push/figures.ts';
import { populate, userOf } from './validate/population.ts';

/** Users of one token each: `LIST_SIZES=10000 npm run bench -- lists`. */
const SIZES = (process.env.LIST_SIZES ?? '10000,100000').split(',').map(Number);
/** The promise of docs/performance.md for every page. */
const P99_MS = 100;

const LOOKS = 200;

/** Reads a page, each turn from another start. */
type Page = (turn: number) => Promise<unknown>;

/** The kinds of pages. */
function kindsOf({ db }: Store, size: number): Readonly<Record<string, Page>> {
  const nowMs = Date.now();
  const at = (turn: number) => (turn * 7919) % size;
  const digits = (turn: number) => String(at(turn)).padStart(8, '0');
  const users = (search: string, state?: 'locked') =>
    listUsers(db, { search, state, limit: 50, lock: defaultLockPolicy, nowMs });
  return {
    'one token by its id: the yardstick': turn =>
      db
        .selectFrom('tokens')
        .selectAll()
        .where('id', '=', `t${at(turn)}`)
        .executeTakeFirst(),
    tokens: turn => searchTokens(db, { text: `FOB-${digits(turn).slice(0, 5)}` }),
    'tokens by the last digits': turn => searchTokens(db, { by: 'serial', text: digits(turn).slice(-5) }),
    'tokens by the middle': turn => searchTokens(db, { text: digits(turn).slice(2, 6) }),
    'tokens of a state': turn =>
      searchTokens(db, { state: 'active', text: `FOB-${digits(turn).slice(0, 4)}` }),
    'tokens by user': turn => searchTokens(db, { by: 'user', text: userOf(at(turn)).slice(0, 10) }),
    'tokens by label': turn => searchTokens(db, { by: 'label', text: userOf(at(turn)).slice(0, 10) }),
    // No token is in this state, so that a query visits every row it may visit.
    'tokens by label of a rare state': turn =>
      searchTokens(db, { by: 'label', state: 'suspended', text: userOf(at(turn)).slice(0, 10) }),
    'tokens by user of a rare state': turn =>
      searchTokens(db, { by: 'user', state: 'suspended', text: userOf(at(turn)).slice(0, 10) }),
    'tokens by anything of a rare state': () => searchTokens(db, { state: 'suspended', text: 'o' }),
    users: turn => users(userOf(at(turn)).slice(0, 10)),
    'users by the middle': turn => users(digits(turn).slice(2, 6)),
    'users by a common name': () => users('muller'),
    'users by a letter, of a rare state': () => users('e', 'locked'),
    'one user': turn => userDetail(db, userOf(at(turn)), { lock: defaultLockPolicy, nowMs }),
    'last log-ins': () => listEvents(db),
  };
}

async function look(page: Page): Promise<Record<'times' | 'used', readonly number[]>> {
  const times: number[] = [];
  const used: number[] = [];
  for (let turn = 0; turn < LOOKS; turn++) {
    const [beganMs, before] = [performance.now(), process.cpuUsage()];
    await page(turn);
    times.push(performance.now() - beganMs);
    const { user, system } = process.cpuUsage(before);
    used.push((user + system) / 1_000);
  }
  return { times, used };
}

it('pages of lists and searches keep their time, beside the reading of one row', async () => {
  const record = begin('lists');
  const directory = temporaryFolder('bench');
  const keys = openKeyFile(directory, true);
  const store = await openStore({ directory });
  const rows = new Map<string, string[]>();
  const curves = new Map<string, { x: number; least: number; median: number; most: number }[]>();
  for (const size of SIZES) {
    await populate(store.db, keys, size);
    for (const [name, page] of Object.entries(kindsOf(store, size))) {
      const { times, used } = await look(page);
      const [p50, p99] = [quantile(used, 0.5), quantile(used, 0.99)];
      const said = `${grouped(p50, 1)}, ${grouped(p99, 1)}, ${grouped(quantile(times, 0.99), 1)} ms`;
      rows.set(name, [...(rows.get(name) ?? [name]), said]);
      const point = { x: size, least: quantile(used, 0), median: p50, most: p99 };
      curves.set(name, [...(curves.get(name) ?? []), point]);
      // Processor time: the clock on the wall includes the time of other programs.
      expect([name, p99]).toEqual([name, expect.toSatisfy((ms: number) => ms < P99_MS)]);
    }
  }
  await store.close();
  const sizes = SIZES.map(size => `${size.toLocaleString('en-US')} tokens`);
  const drawn = ['one token by its id: the yardstick', 'tokens', 'users by the middle'];
  drawn.push('tokens by user of a rare state');
  record({
    tables: [[`processor time p50, p99; p99 of the clock | ${sizes.join(' | ')}`, [...rows.values()]]],
    plots: [
      {
        name: 'lists',
        title: 'Processor time of a page of a list or a search',
        x: { label: 'users and tokens' },
        y: { label: 'milliseconds: least, median, p99' },
        series: drawn.map(name => ({ name, points: curves.get(name) ?? [] })),
      },
    ],
    conditions: ['SQLite'],
  });
});
