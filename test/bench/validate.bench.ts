import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { openStore, type Store } from '../../host/service/data/database.ts';
import { makeBearer } from '../../host/service/people/credentials/bearers.ts';
import { listUsers, userDetail } from '../../host/service/people/user-views.ts';
import { openKeyFile } from '../../host/service/sealing/key-file.ts';
import { searchTokens } from '../../host/service/tokens/search.ts';
import { listEvents } from '../../host/service/validation/events.ts';
import { defaultLockPolicy } from '../../host/service/validation/lock.ts';
import { makeDatabase, startCluster } from '../kit/postgres.ts';
import { findPostgres } from '../kit/postgres-programs.ts';
import { itNeeds } from '../kit/tools.ts';
import { type Node, startNode } from '../service/nodes/node.ts';
import { type LoadResult, run } from './validate/load.ts';
import { codeOf, populate, userOf } from './validate/population.ts';

const SIZES = [10_000, 100_000, 1_000_000];
const CONNECTIONS = 64;
const WARM_UP = 3_000;
const REQUESTS = 10_000;
const ROUNDS = 3;
const SINGLE = 5_000;

const perSecond = (result: LoadResult) =>
  `${Math.round(result.perSecond)}/s, p50 ${result.p50Ms.toFixed(1)} ms, p99 ${result.p99Ms.toFixed(1)} ms`;

/** Log-ins of a population: each is a right passcode of a user who has not been used with this counter yet. */
class LogIns {
  readonly #count: number;
  #next = 0;

  constructor(count: number) {
    this.#count = count;
  }

  readonly body = (): string => {
    const turn = this.#next++;
    // A stride that shares no factor with the sizes: neighbours in time are no neighbours on the disk.
    const user = (turn * 7919) % this.#count;
    const passcode = codeOf(user, Math.floor(turn / this.#count));
    const source = `10.${(turn >> 16) & 255}.${(turn >> 8) & 255}.${turn & 255}`;
    return JSON.stringify({ user: userOf(user), passcode, source });
  };
}

async function load(nodes: readonly Node[], apiKey: string, body: () => string): Promise<LoadResult> {
  const results = await Promise.all(
    nodes.map(node =>
      run({
        url: new URL(node.url),
        apiKey,
        path: '/v1/validate',
        body,
        connections: CONNECTIONS / nodes.length,
        requests: REQUESTS / nodes.length,
      }),
    ),
  );
  const [first] = results;
  if (first === undefined) throw new Error('no node');
  expect(results.flatMap(result => Object.keys(result.statuses))).toEqual(nodes.map(() => '200'));
  const total = results.reduce((sum, result) => sum + result.perSecond, 0);
  return { ...first, perSecond: total };
}

async function best(nodes: readonly Node[], apiKey: string, body: () => string): Promise<LoadResult> {
  const results: LoadResult[] = [];
  for (let round = 0; round < ROUNDS; round++) results.push(await load(nodes, apiKey, body));
  return results.sort((one, other) => other.perSecond - one.perSecond)[0] as LoadResult;
}

async function addApplication({ db }: Store): Promise<string> {
  const { value, hash } = makeBearer('pfk');
  await db
    .insertInto('applications')
    .values({ id: 'bench', name: 'bench', key_hash: hash, factors: 'otp', created_ms: 0 })
    .execute();
  return value;
}

/** Compare-and-set alone, each in a durable transaction of its own, by prepared statements without any layer between. */
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
  // Back to where the passcodes of the bench are.
  database.exec('update tokens set last_step = -1 where last_step >= 1000');
  database.close();
  return rate;
}

const LOOKS = 200;

/** Pages of lists and searches, each begun somewhere else. @returns the slowest but one in a hundred of each, in words */
async function lists({ db }: Store, size: number): Promise<string> {
  const nowMs = Date.now();
  const at = (turn: number) => (turn * 7919) % size;
  const kinds: Record<string, (turn: number) => Promise<unknown>> = {
    tokens: turn => searchTokens(db, { text: `FOB-${String(at(turn)).padStart(8, '0').slice(0, 5)}` }),
    'tokens of a state': turn =>
      searchTokens(db, { state: 'active', text: `FOB-${String(at(turn)).padStart(8, '0').slice(0, 4)}` }),
    'tokens by user': turn => searchTokens(db, { by: 'user', text: userOf(at(turn)).slice(0, 10) }),
    'tokens by label': turn => searchTokens(db, { by: 'label', text: userOf(at(turn)).slice(0, 10) }),
    users: turn =>
      listUsers(db, { search: userOf(at(turn)).slice(0, 10), limit: 50, lock: defaultLockPolicy, nowMs }),
    'one user': turn => userDetail(db, userOf(at(turn)), { lock: defaultLockPolicy, nowMs }),
    'last log-ins': () => listEvents(db),
  };
  const words: string[] = [];
  for (const [name, look] of Object.entries(kinds)) {
    const times: number[] = [];
    for (let turn = 0; turn < LOOKS; turn++) {
      const beganMs = performance.now();
      await look(turn);
      times.push(performance.now() - beganMs);
    }
    times.sort((one, other) => one - other);
    words.push(`${name} p99 ${(times[Math.floor(LOOKS * 0.99)] ?? 0).toFixed(1)} ms`);
  }
  return words.join(', ');
}

it('validations through HTTP, on SQLite', async () => {
  const bare = await startNode({ kind: 'bare' });
  await load([bare], '', new LogIns(1_000).body);
  const bareResult = await best([bare], '', new LogIns(1_000).body);
  await bare.kill();
  console.log(`bare Fastify route: ${perSecond(bareResult)}`);
  const directory = mkdtempSync(join(tmpdir(), 'passfob-bench-'));
  const keys = openKeyFile(directory, true);
  const store = await openStore({ directory });
  const apiKey = await addApplication(store);
  for (const size of SIZES) {
    await populate(store.db, keys, size);
    const single = singleTransactions(join(directory, 'service.db'), size);
    await store.db
      .updateTable('tokens')
      .set({ last_step: -1, recent: '[]' })
      .where('last_step', '>=', 0)
      .execute();
    const node = await startNode({ kind: 'service', directory });
    const logIns = new LogIns(size);
    await run({
      url: new URL(node.url),
      apiKey,
      path: '/v1/validate',
      body: logIns.body,
      connections: 8,
      requests: WARM_UP,
    });
    const result = await best([node], apiKey, logIns.body);
    await node.kill();
    const toBare = (result.perSecond / bareResult.perSecond).toFixed(2);
    const toSingle = (result.perSecond / single).toFixed(2);
    console.log(`${size} tokens, lists: ${await lists(store, size)}`);
    console.log(
      `${size} tokens: ${perSecond(result)}; ${toBare} of the bare route, ${toSingle} of single transactions (${Math.round(single)}/s)`,
    );
  }
  await store.close();
  rmSync(directory, { recursive: true });
});

itNeeds(
  { name: 'PostgreSQL', found: findPostgres() },
  'validations through HTTP, on PostgreSQL, with one node and with two',
  async folder => {
    const cluster = await startCluster(folder, { isDurable: true });
    const directory = mkdtempSync(join(tmpdir(), 'passfob-bench-'));
    try {
      const databaseUrl = await makeDatabase(cluster.address);
      const keys = openKeyFile(directory, true);
      const store = await openStore({ directory, databaseUrl });
      const apiKey = await addApplication(store);
      await populate(store.db, keys, 10_000);
      await store.close();
      const logIns = new LogIns(10_000);
      const one = await startNode({ kind: 'service', directory, databaseUrl });
      await run({
        url: new URL(one.url),
        apiKey,
        path: '/v1/validate',
        body: logIns.body,
        connections: 8,
        requests: WARM_UP,
      });
      console.log(`PostgreSQL, 10000 tokens, one node: ${perSecond(await best([one], apiKey, logIns.body))}`);
      const two = await startNode({ kind: 'service', directory, databaseUrl });
      console.log(
        `PostgreSQL, 10000 tokens, two nodes: ${perSecond(await best([one, two], apiKey, logIns.body))}`,
      );
      await one.kill();
      await two.kill();
    } finally {
      await cluster.stop();
      rmSync(directory, { recursive: true });
    }
  },
);
