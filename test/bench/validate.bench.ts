import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeBearer } from '@passfob/service/base/bearers';
import { defaultLockPolicy } from '@passfob/service/base/lock';
import { searchTokens } from '@passfob/service/features/tokens/search';
import { listUsers, userDetail } from '@passfob/service/features/users/user-views';
import { listEvents } from '@passfob/service/features/validation/events';
import { openStore, type Store } from '@passfob/service/storage/database/database';
import { openKeyFile } from '@passfob/service/storage/encryption-at-rest/key-file';
import BetterSqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { makeDatabase, startCluster } from '../kit/postgres.ts';
import { findPostgres } from '../kit/postgres-programs.ts';
import { itNeeds } from '../kit/tools.ts';
import { type Node, startNode } from '../service/nodes/node.ts';
import { type LoadResult, run } from './validate/load.ts';
import { codeOf, populate, userOf } from './validate/population.ts';

/**
 * Tokens, requests of a round, rounds and connections may be given: `SIZES=10000,100000 ROUNDS=5 npm run bench -- validate`.
 * With fewer connections client and service wait for each other in turn, and a part of the processors does nothing.
 */
const SIZES = (process.env.SIZES ?? '10000,100000,1000000').split(',').map(Number);
const REQUESTS = Number(process.env.REQUESTS ?? 10_000);
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const CONNECTIONS = Number(process.env.CONNECTIONS ?? 128);
const WARM_UP = 5_000;
const SINGLE = 5_000;

/** The result of a round, with the processor time of the nodes. */
interface Round extends LoadResult {
  readonly microseconds: number;
}

const inWords = (round: Round) =>
  `${Math.round(round.perSecond)}/s (${Math.round(round.microseconds)} µs of processor time each), p50 ${round.p50Ms.toFixed(1)} ms, p99 ${round.p99Ms.toFixed(1)} ms`;

const median = (values: readonly number[]) =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;

/** Log-ins of a population: each is a right passcode of a user who has not used this counter yet. */
class LogIns {
  readonly #count: number;
  #next = 0;

  constructor(count: number) {
    this.#count = count;
  }

  readonly body = (): string => {
    const turn = this.#next++;
    // A stride that shares no factor with the sizes: requests that are neighbours in time are none on the disk.
    const user = (turn * 7919) % this.#count;
    const passcode = codeOf(user, Math.floor(turn / this.#count));
    const source = `10.${(turn >> 16) & 255}.${(turn >> 8) & 255}.${turn & 255}`;
    return JSON.stringify({ user: userOf(user), passcode, source });
  };
}

async function usedBy(nodes: readonly Node[]): Promise<number> {
  const used = await Promise.all(nodes.map(node => node.usedMicroseconds()));
  return used.reduce((sum, one) => sum + one, 0);
}

async function load(nodes: readonly Node[], apiKey: string, body: () => string, requests = REQUESTS) {
  const before = await usedBy(nodes);
  const results = await Promise.all(
    nodes.map(node =>
      run({
        url: new URL(node.url),
        apiKey,
        path: '/v1/validate',
        body,
        connections: CONNECTIONS / nodes.length,
        requests: requests / nodes.length,
      }),
    ),
  );
  const [first] = results;
  if (first === undefined) throw new Error('no node');
  expect(results.flatMap(result => Object.keys(result.statuses))).toEqual(nodes.map(() => '200'));
  const total = results.reduce((sum, result) => sum + result.perSecond, 0);
  return { ...first, perSecond: total, microseconds: ((await usedBy(nodes)) - before) / requests };
}

const best = (rounds: readonly Round[]) =>
  [...rounds].sort((one, other) => other.perSecond - one.perSecond)[0] as Round;

/** The two sides, measured in turn, so that other load of the machine affects both. */
interface Side {
  readonly nodes: readonly Node[];
  readonly apiKey: string;
  readonly body: () => string;
}

async function inTurn(...sides: readonly Side[]): Promise<Round[][]> {
  for (const { nodes, apiKey, body } of sides) await load(nodes, apiKey, body, WARM_UP);
  const rounds: Round[][] = sides.map(() => []);
  for (let turn = 0; turn < ROUNDS; turn++)
    for (const [at, { nodes, apiKey, body }] of sides.entries())
      rounds[at]?.push(await load(nodes, apiKey, body));
  return rounds;
}

async function addApplication({ db }: Store): Promise<string> {
  const { value, hash } = makeBearer('pfk');
  await db
    .insertInto('applications')
    .values({ id: 'bench', name: 'bench', key_hash: hash, factors: 'otp', created_ms: 0 })
    .execute();
  return value;
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

const LOOKS = 200;

/** Returns the 99th percentile. */
function nearlySlowest(times: readonly number[]): number {
  return [...times].sort((one, other) => one - other)[Math.floor(times.length * 0.99)] ?? 0;
}

/**
 * Reads pages of lists and searches, each from another start.
 * @returns the 99th percentile of each, in words
 */
async function lists({ db }: Store, size: number): Promise<string> {
  const nowMs = Date.now();
  const at = (turn: number) => (turn * 7919) % size;
  const digits = (turn: number) => String(at(turn)).padStart(8, '0');
  const users = (search: string, state?: 'locked') =>
    listUsers(db, { search, state, limit: 50, lock: defaultLockPolicy, nowMs });
  const kinds: Record<string, (turn: number) => Promise<unknown>> = {
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
  const words: string[] = [];
  for (const [name, look] of Object.entries(kinds)) {
    const times: number[] = [];
    const used: number[] = [];
    for (let turn = 0; turn < LOOKS; turn++) {
      const [beganMs, before] = [performance.now(), process.cpuUsage()];
      await look(turn);
      times.push(performance.now() - beganMs);
      const { user, system } = process.cpuUsage(before);
      used.push((user + system) / 1_000);
    }
    // Wall-clock time includes the time of other processes.
    const [p99, p99OfProcessor] = [times, used].map(list => nearlySlowest(list).toFixed(1));
    words.push(`${name} p99 ${p99} ms (${p99OfProcessor} ms of processor time)`);
  }
  return words.join(', ');
}

it('validations through HTTP keep their rate, on SQLite', async () => {
  const bare = await startNode({ kind: 'bare' });
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
    const [ofBare = [], ofService = []] = await inTurn(
      { nodes: [bare], apiKey: '', body: new LogIns(1_000).body },
      { nodes: [node], apiKey, body: new LogIns(size).body },
    );
    await node.kill();
    const ratios = ofService.map((round, at) => round.perSecond / (ofBare[at]?.perSecond ?? 0));
    console.log(`${size} tokens, lists: ${await lists(store, size)}`);
    console.log(`${size} tokens, bare route: ${inWords(best(ofBare))}`);
    console.log(
      `${size} tokens: ${inWords(best(ofService))}; ${median(ratios).toFixed(2)} of the bare route (median of ${ROUNDS}), ${(best(ofService).perSecond / single).toFixed(2)} of single transactions (${Math.round(single)}/s)`,
    );
  }
  await bare.kill();
  await store.close();
  rmSync(directory, { recursive: true });
});

itNeeds(
  { name: 'PostgreSQL', found: findPostgres() },
  'validations through HTTP keep their rate, on PostgreSQL, with one node and with two',
  async folder => {
    const cluster = await startCluster(folder, { isDurable: true });
    const directory = mkdtempSync(join(tmpdir(), 'passfob-bench-'));
    try {
      const databaseUrl = await makeDatabase(cluster.address);
      const keys = openKeyFile(directory, true);
      const store = await openStore({ directory, databaseUrl });
      const apiKey = await addApplication(store);
      await populate(store.db, keys, SIZES[0] ?? 0);
      await store.close();
      const { body } = new LogIns(SIZES[0] ?? 0);
      const one = await startNode({ kind: 'service', directory, databaseUrl });
      const two = await startNode({ kind: 'service', directory, databaseUrl });
      const [alone = [], both = []] = await inTurn(
        { nodes: [one], apiKey, body },
        { nodes: [one, two], apiKey, body },
      );
      console.log(`PostgreSQL, ${SIZES[0]} tokens, one node: ${inWords(best(alone))}`);
      console.log(`PostgreSQL, ${SIZES[0]} tokens, two nodes: ${inWords(best(both))}`);
      await one.kill();
      await two.kill();
    } finally {
      await cluster.stop();
      rmSync(directory, { recursive: true });
    }
  },
);
