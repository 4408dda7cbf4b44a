import { statSync } from 'node:fs';
import { join } from 'node:path';
import { openStore, type Store } from '@passfob/service/storage/database/database';
import { openKeyFile } from '@passfob/service/storage/encryption-at-rest/key-file';
import { sql } from 'kysely';
import { afterAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { type Node, startNode } from '../../service/nodes/node.ts';
import { MEAN, PEAK } from './figures/capacity.ts';
import { begin, grouped } from './figures/record.ts';
import { onPostgres } from './postgres.ts';
import { addApplication } from './validate/application.ts';
import { arrive, type LoadResult, run } from './validate/load.ts';
import { populate } from './validate/population.ts';
import { LogIns } from './validate/rounds.ts';

/** `TOKENS=100000 MINUTE_MS=5000 npm run bench -- day` makes it smaller. */
const TOKENS = Number(process.env.TOKENS ?? 1_000_000);
const MINUTE_MS = Number(process.env.MINUTE_MS ?? 60_000);
const CONNECTIONS = 128;
/** Log-ins a second of each minute: those of ten million people, and twice what comes when all of them begin to work. */
const DAY = [MEAN, MEAN, MEAN, MEAN, PEAK, PEAK, MEAN, MEAN, MEAN, MEAN];
const MOST = 'as fast as it can';
const POSTGRES_TOKENS = Math.min(100_000, TOKENS);
const POSTGRES_DAY = [MEAN, MEAN, MOST, MEAN] as const;
const MOST_REQUESTS = 40_000;
const SEARCHED_PEOPLE = 20_000;
const TIMEOUT_MS = 3_600_000;

/** One minute: what was sent and answered, and the processor time of the service, in cores. */
interface Minute extends LoadResult {
  readonly planned: number | typeof MOST;
  readonly cores: number;
}

async function live(node: Node, apiKey: string, logIns: LogIns, planned: Minute['planned']): Promise<Minute> {
  const load = { url: new URL(node.url), apiKey, path: '/v1/validate', body: logIns.right };
  const usedBefore = await node.usedMicroseconds();
  const beganMs = performance.now();
  const result =
    planned === MOST
      ? await run({ ...load, connections: CONNECTIONS, requests: MOST_REQUESTS })
      : await arrive({ ...load, connections: CONNECTIONS, perSecond: planned, forMs: MINUTE_MS });
  const used = (await node.usedMicroseconds()) - usedBefore;
  // Nobody is refused and no request is lost, at whatever load.
  expect(Object.keys(result.statuses)).toEqual(['200']);
  return { ...result, planned, cores: used / 1_000 / (performance.now() - beganMs) };
}

const ms = (value: number) => `${grouped(value, 1)} ms`;

const rowOf = (database: string, { planned, perSecond, p50Ms, p99Ms, times, cores }: Minute, nth: number) => [
  `${database}, minute ${nth + 1}`,
  planned === MOST ? MOST : `${grouped(planned)} /s`,
  `${grouped(perSecond)} /s`,
  ms(p50Ms),
  ms(p99Ms),
  ms(times.reduce((most, one) => Math.max(most, one), 0)),
  grouped(cores, 2),
];

const rows: string[][] = [];
const measures: Record<string, number> = {};
const record = begin('day');

/** Bytes of the table of log-ins and of its indexes. */
async function bytesOfEvents({ db }: Store): Promise<number> {
  const { rows: sizes } = await sql<{ bytes: number }>`select sum(pgsize) as bytes from dbstat
    where name in (select name from sqlite_master where tbl_name = 'events')`.execute(db);
  return Number(sizes[0]?.bytes ?? 0);
}

/** Bytes that a person with a token takes, search included. */
async function bytesOfPerson(): Promise<number> {
  const directory = temporaryFolder('people');
  const store = await openStore({ directory });
  await populate(store.db, openKeyFile(directory, true), SEARCHED_PEOPLE);
  await store.close();
  return statSync(join(directory, 'service.db')).size / SEARCHED_PEOPLE;
}

async function liveDay(
  database: string,
  node: Node,
  apiKey: string,
  logIns: LogIns,
  day: typeof DAY | typeof POSTGRES_DAY,
) {
  const minutes: Minute[] = [];
  for (const planned of day) minutes.push(await live(node, apiKey, logIns, planned));
  rows.push(...minutes.map((minute, nth) => rowOf(database, minute, nth)));
  return minutes;
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const coresAt = (minutes: readonly Minute[], planned: Minute['planned']) =>
  median(minutes.filter(minute => minute.planned === planned).map(({ cores }) => cores));

it(
  'a day of ten million people passes on SQLite',
  async () => {
    const directory = temporaryFolder('day');
    const logFile = join(directory, 'log');
    const store = await openStore({ directory });
    const apiKey = await addApplication(store);
    await populate(store.db, openKeyFile(directory, true), TOKENS, false);
    const node = await startNode({ kind: 'service', directory, logFile });
    const logIns = new LogIns(TOKENS);
    const [minute] = [await live(node, apiKey, logIns, MEAN)];
    const [logBefore, eventsBefore] = [statSync(logFile).size, await bytesOfEvents(store)];
    const counted = minute.times.length;
    const minutes = await liveDay('SQLite', node, apiKey, logIns, DAY);
    Object.assign(measures, {
      coresAtMean: coresAt(minutes, MEAN),
      coresAtPeak: coresAt(minutes, PEAK),
      memoryBytes: (await node.memory()).rss,
      logLineBytes: logBefore / counted,
      eventBytes: eventsBefore / counted,
      personBytes: await bytesOfPerson(),
    });
    await node.kill();
    await store.close();
  },
  TIMEOUT_MS,
);

onPostgres('a day of ten million people reaches its limit on PostgreSQL', async databaseUrl => {
  const directory = temporaryFolder('day');
  const store = await openStore({ directory, databaseUrl });
  const apiKey = await addApplication(store);
  await populate(store.db, openKeyFile(directory, true), POSTGRES_TOKENS, false);
  const node = await startNode({ kind: 'service', directory, databaseUrl, logFile: join(directory, 'log') });
  const logIns = new LogIns(POSTGRES_TOKENS);
  await live(node, apiKey, logIns, MEAN);
  const minutes = await liveDay('PostgreSQL', node, apiKey, logIns, POSTGRES_DAY);
  const most = minutes.find(({ planned }) => planned === MOST);
  Object.assign(measures, { postgresPerSecond: most?.perSecond ?? 0, postgresCores: most?.cores ?? 0 });
  await node.kill();
  await store.close();
});

afterAll(() => {
  const head = 'log-ins | came | answered | p50 | p99 | most | cores of the service';
  const tokens = `${grouped(TOKENS)} tokens on SQLite, ${grouped(POSTGRES_TOKENS)} on PostgreSQL`;
  const where = 'client, service and database on the same cores, a minute before not counted';
  record({ tables: [[head, rows]], measures, conditions: [`${tokens}; ${where}`] });
});
