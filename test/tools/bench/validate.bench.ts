import { join } from 'node:path';
import { openStore, type Store } from '@passfob/service/storage/database/database';
import { openKeyFile } from '@passfob/service/storage/encryption-at-rest/key-file';
import BetterSqlite from 'better-sqlite3';
import { expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { type Node, startNode } from '../../service/nodes/node.ts';
import type { Series } from './figures/plot.ts';
import { begin, spread, spreadOf, withSpread } from './figures/record.ts';
import { addApplication } from './validate/application.ts';
import { populate } from './validate/population.ts';
import { inTurn, LogIns, type Round, type Side } from './validate/rounds.ts';

/** Tokens, connections and rounds may be given: `SIZES=10000,100000 CONNECTIONS=1,128 ROUNDS=5 npm run bench -- validate`. */
const SIZES = numbers('SIZES', '10000,100000,1000000');
const CONNECTIONS = numbers('CONNECTIONS', '1,4,16,64,128');
const [ROUNDS = 5] = numbers('ROUNDS', '5');
const [MOST = 128] = CONNECTIONS.slice(-1);
const ACCEPTED = { warmUp: 5_000, requests: 8_000, rounds: ROUNDS };
const REFUSED = { warmUp: 1_000, requests: 3_000, rounds: ROUNDS };
const SINGLE = 5_000;

function numbers(name: string, usual: string): number[] {
  return (process.env[name] ?? usual).split(',').map(Number);
}

/** The programs that are measured in turn, on one database. */
type Programs = Readonly<Record<'floor' | 'baseline' | 'service', Node>>;

type Results = Readonly<Record<'accepted' | 'refused', Readonly<Record<keyof Programs, Round[]>>>>;

async function measure(
  { floor, baseline, service }: Programs,
  store: Store,
  apiKey: string,
  size: number,
): Promise<Results> {
  const logIns = new LogIns(size);
  const usual = { apiKey, connections: MOST };
  const unlocked = { failures: 0, last_failure_ms: null };
  const unlock = async () => {
    await store.db.updateTable('users').set(unlocked).where('failures', '>', 0).execute();
  };
  // A program that was measured just now may still write its checkpoint.
  const before = () => vi.waitFor(unlock, { timeout: 60_000, interval: 100 });
  const right = (node: Node): Side => ({ ...usual, nodes: [node], body: logIns.right });
  const refusing = { ...usual, body: logIns.wrong, status: '403', before };
  const wrong = (node: Node): Side => ({ ...refusing, nodes: [node] });
  const sides = { floor: right(floor), baseline: right(baseline), service: right(service) };
  const accepted = await inTurn(sides, ACCEPTED);
  const refused = await inTurn({ baseline: wrong(baseline), service: wrong(service) }, REFUSED);
  return { accepted, refused: { floor: [], ...refused } };
}

const used = (rounds: readonly Round[]) => rounds.map(({ microseconds }) => microseconds);

/** Returns how many times the processor time of the baseline each round took. */
const times = (rounds: readonly Round[], yardstick: readonly Round[]) =>
  rounds.map(({ microseconds }, at) => microseconds / (yardstick[at]?.microseconds ?? Number.NaN));

function rowsOf(size: number, { accepted, refused }: Results): string[][] {
  const rowOf = (outcome: string, { baseline, service }: Results['accepted']) => [
    `${size.toLocaleString('en-US')} tokens, ${outcome}`,
    withSpread(used(service), 'µs'),
    withSpread(used(baseline), 'µs'),
    withSpread(times(service, baseline), '', 2),
    spreadOf(service, ({ perSecond }) => perSecond, '/s'),
    spreadOf(service, ({ p50Ms }) => p50Ms, 'ms', 1),
    spreadOf(service, ({ p99Ms }) => p99Ms, 'ms', 1),
  ];
  return [rowOf('accepted', accepted), rowOf('refused', refused)];
}

const HEAD = 'SQLite | processor time | of the baseline | times the baseline | rate | p50 | p99';

/** The threads of the service: where the processor time of an accepted log-in goes. */
function threadRows({ service, baseline, floor }: Results['accepted']): string[][] {
  const at = (rounds: readonly Round[], nth: number) =>
    spreadOf(rounds, ({ threads }) => threads[nth] ?? 0, 'µs', 1);
  const rest = service.map(({ threads }) => threads.slice(2).reduce((sum, one) => sum + one, 0));
  return [
    ['service: HTTP thread', at(service, 0)],
    ['service: deciding thread', at(service, 1)],
    ['service: garbage collectors and other threads', withSpread(rest, 'µs', 1)],
    ['baseline: its only thread', at(baseline, 0)],
    ['floor: its only thread', at(floor, 0)],
  ];
}

const pointOf = (x: number, values: readonly number[]) => ({ x, ...spread(values) });

function seriesOf(results: ReadonlyMap<number, Results>): Series[] {
  const curve = (name: string, of: (results: Results) => readonly number[]): Series => ({
    name,
    points: [...results].map(([size, one]) => pointOf(size, of(one))),
  });
  return [
    curve('service, accepted', ({ accepted }) => used(accepted.service)),
    curve('baseline, accepted', ({ accepted }) => used(accepted.baseline)),
    curve('service, refused', ({ refused }) => used(refused.service)),
    curve('baseline, refused', ({ refused }) => used(refused.baseline)),
  ];
}

async function byConnections({ baseline, service }: Programs, apiKey: string, size: number) {
  const logIns = new LogIns(size);
  const sides = { service, baseline };
  const series: Series[] = [];
  for (const [name, node] of Object.entries(sides)) {
    const points = [];
    for (const connections of CONNECTIONS) {
      const side = { nodes: [node], apiKey, body: logIns.right, connections };
      const requests = Math.min(8_000, 300 * connections);
      const { one } = await inTurn({ one: side }, { warmUp: 0, requests, rounds: ROUNDS });
      const rates = one.map(({ perSecond }) => perSecond);
      points.push(pointOf(connections, rates));
    }
    series.push({ name, points });
  }
  return series;
}

/**
 * Runs compare-and-set alone, each in its own durable transaction, by prepared statements without any layer between.
 */
function singleTransactions(path: string, count: number): number {
  const database = new BetterSqlite(path);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  const move = database.prepare('update tokens set last_step = ? where id = ? and last_step < ?');
  const beganMs = performance.now();
  for (let turn = 0; turn < SINGLE; turn++) {
    database.exec('begin immediate');
    move.run(1_000 + turn, `t${(turn * 7919) % count}`, 1_000 + turn);
    database.exec('commit');
  }
  const rate = SINGLE / ((performance.now() - beganMs) / 1000);
  // Moves the state back to where the passcodes of the bench are.
  database.exec('update tokens set last_step = -1 where last_step >= 1000');
  database.close();
  return rate;
}

/** Makes all passcodes new again. */
async function forgetSteps({ db }: Store): Promise<void> {
  await db.updateTable('tokens').set({ last_step: -1, recent: '[]' }).where('last_step', '>=', 0).execute();
}

it('log-ins cost no more than they should, beside a baseline program and a floor', async () => {
  const record = begin('validation');
  const directory = temporaryFolder('bench');
  const keys = openKeyFile(directory, true);
  const store = await openStore({ directory });
  const apiKey = await addApplication(store);
  const programs: Programs = {
    floor: await startNode({ kind: 'floor', directory }),
    baseline: await startNode({ kind: 'baseline', directory }),
    service: await startNode({ kind: 'service', directory, logFile: join(directory, 'log') }),
  };
  const results = new Map<number, Results>();
  const single: string[][] = [];
  let connections: Series[] = [];
  for (const size of SIZES) {
    await populate(store.db, keys, size, false);
    const rate = singleTransactions(join(directory, 'service.db'), size);
    await forgetSteps(store);
    const one = await measure(programs, store, apiKey, size);
    results.set(size, one);
    single.push([`${size.toLocaleString('en-US')} tokens, single transactions`, `${Math.round(rate)}/s`]);
    if (size !== SIZES[0]) continue;
    await forgetSteps(store);
    connections = await byConnections(programs, apiKey, size);
  }
  for (const node of Object.values(programs)) await node.kill();
  await store.close();
  const [first] = results.values();
  expect(first?.accepted.service).toHaveLength(ROUNDS);
  record({
    tables: [
      [HEAD, [...results].flatMap(([size, one]) => rowsOf(size, one))],
      ['accepted log-in | processor time', first === undefined ? [] : threadRows(first.accepted)],
      ['a durable transaction for each compare-and-set, without HTTP | rate', single],
    ],
    plots: [
      {
        name: 'validation-size',
        title: 'Processor time of a log-in',
        x: { label: 'tokens' },
        y: { label: 'microseconds' },
        series: seriesOf(results),
      },
      {
        name: 'validation-connections',
        title: `Log-ins a second, ${SIZES[0]?.toLocaleString('en-US')} tokens`,
        x: { label: 'connections' },
        y: { label: 'accepted log-ins a second' },
        series: connections,
      },
    ],
    conditions: [`SQLite, ${MOST} connections, the log in a file, client and programs on the same cores`],
  });
});
