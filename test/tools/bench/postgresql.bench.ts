import { openStore } from '@passfob/service/storage/database/database';
import { openKeyFile } from '@passfob/service/storage/encryption-at-rest/key-file';
import pg from 'pg';
import { expect } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { type Node, startNode } from '../../service/nodes/node.ts';
import type { Point } from './figures/plot.ts';
import { begin, spread, spreadOf, withSpread } from './figures/record.ts';
import { onPostgres } from './postgres.ts';
import { addApplication } from './validate/application.ts';
import { populate } from './validate/population.ts';
import { inTurn, LogIns } from './validate/rounds.ts';

const TOKENS = 10_000;
const CONNECTIONS = [1, 2, 4, 16, 128];
const [ROUNDS = 5] = [process.env.ROUNDS ?? '5'].map(Number);
const COMMITS = 300;

/** The yardstick: the milliseconds of a durable update of one row, a commit of its own, in one round trip. */
async function commitMs(databaseUrl: string): Promise<number[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const times: number[] = [];
  for (let turn = 0; turn < COMMITS; turn++) {
    const beganMs = performance.now();
    const values = [turn, `t${(turn * 7919) % TOKENS}`];
    await client.query('update tokens set last_used_ms = $1 where id = $2', values);
    times.push(performance.now() - beganMs);
  }
  await client.end();
  return times;
}

/** Measures growing numbers of connections. */
async function byConnections(nodes: readonly [Node, Node], apiKey: string) {
  const [one] = nodes;
  const { right: body } = new LogIns(TOKENS);
  const rows: string[][] = [];
  const points: Point[] = [];
  for (const connections of CONNECTIONS) {
    const requests = Math.min(8_000, 200 * connections);
    const amount = { warmUp: connections * 100, requests, rounds: ROUNDS };
    const sides = {
      'one node': { nodes: [one], apiKey, body, connections },
      ...(connections > 1 && { 'two nodes': { nodes, apiKey, body, connections } }),
    };
    for (const [name, rounds] of Object.entries(await inTurn<string>(sides, amount))) {
      const p50 = rounds.map(({ p50Ms }) => p50Ms);
      rows.push([
        `${connections} ${connections === 1 ? 'connection' : 'connections'}, ${name}`,
        withSpread(p50, 'ms', 1),
        spreadOf(rounds, ({ p99Ms }) => p99Ms, 'ms', 1),
        spreadOf(rounds, ({ perSecond }) => perSecond, '/s'),
        spreadOf(rounds, ({ microseconds }) => microseconds, 'µs'),
      ]);
      if (name === 'one node') points.push({ x: connections, ...spread(p50) });
    }
  }
  return { rows, points };
}

/** Measures two nodes on one database, and the yardstick there. */
async function measure(directory: string, databaseUrl: string) {
  const keys = openKeyFile(directory, true);
  const store = await openStore({ directory, databaseUrl });
  const apiKey = await addApplication(store);
  await populate(store.db, keys, TOKENS, false);
  await store.close();
  const one = await startNode({ kind: 'service', directory, databaseUrl });
  const two = await startNode({ kind: 'service', directory, databaseUrl });
  const { rows, points } = await byConnections([one, two], apiKey);
  await one.kill();
  await two.kill();
  const commits = withSpread(await commitMs(databaseUrl), 'ms', 1);
  rows.push(['yardstick: one durable update in one round trip', commits, '', '', '']);
  return { rows, points };
}

onPostgres('log-ins on PostgreSQL keep their time, with one node and with two', async databaseUrl => {
  const record = begin('postgresql');
  const { rows, points } = await measure(temporaryFolder('bench'), databaseUrl);
  expect(rows).toHaveLength(2 * CONNECTIONS.length);
  const head = 'PostgreSQL | p50 | p99 | rate | processor time of the nodes';
  const plot = {
    name: 'postgresql',
    title: 'Time of an accepted log-in on PostgreSQL, one node',
    x: { label: 'connections' },
    y: { label: 'milliseconds (p50 of a round)' },
    series: [{ name: 'one node', points }],
  };
  const conditions = ['PostgreSQL with durable commits, on the same cores'];
  record({ tables: [[head, rows]], plots: [plot], conditions });
});
