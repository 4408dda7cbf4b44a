import { expect } from 'vitest';
import type { Node } from '../../../service/nodes/node.ts';
import { type LoadResult, run } from './load.ts';
import { codeOf, userOf } from './population.ts';
import { threadsOf, usedSince } from './threads.ts';

/** The result of a round, with the processor time that the nodes used for each request (user and system). */
export interface Round extends LoadResult {
  readonly microseconds: number;
  /** The same by thread, of the first node: the main thread first, then the busiest. Empty where there is no /proc. */
  readonly threads: readonly number[];
}

/** A counter that the tokens of a bench do not reach: its passcode is wrong. */
const NEVER = 900_000;

/** Log-ins of a population: each is a right passcode of a user who has not used this counter yet. */
export class LogIns {
  readonly #count: number;
  #next = 0;

  constructor(count: number) {
    this.#count = count;
  }

  readonly right = (): string => {
    const turn = this.#next++;
    return this.#body(turn, Math.floor(turn / this.#count));
  };

  /** Wrong passcodes: all counters that may be next are tried. */
  readonly wrong = (): string => this.#body(this.#next++, NEVER);

  #body(turn: number, counter: number): string {
    // A stride that shares no factor with the sizes: requests that are neighbours in time are none on the disk.
    const user = (turn * 7919) % this.#count;
    const source = `10.${(turn >> 16) & 255}.${(turn >> 8) & 255}.${turn & 255}`;
    return JSON.stringify({ user: userOf(user), passcode: codeOf(user, counter), source });
  }
}

/** One program under load, or several that share it. */
export interface Side {
  readonly nodes: readonly Node[];
  readonly apiKey: string;
  readonly body: () => string;
  readonly connections: number;
  /** The status of every response. Default: 200. */
  readonly status?: string;
  /** Called before each round. */
  readonly before?: () => Promise<void>;
}

/** A passcode of a counter far ahead is that of one of the ten next counters in one of 100,000 cases. */
const RIGHT_BY_CHANCE_MAX = 0.001;

const requestsOf = (result: LoadResult | undefined): number =>
  Object.values(result?.statuses ?? {}).reduce((sum, count) => sum + count, 0);

/** Sends requests to a side. */
async function load(side: Side, requests: number): Promise<Round> {
  const { nodes, apiKey, body, connections, status = '200' } = side;
  await side.before?.();
  const before = await usedBy(nodes);
  const threadsBefore = threadsOf(nodes[0]?.process.pid);
  const of = (count: number) => Math.ceil(count / nodes.length);
  const share = { apiKey, path: '/v1/validate', body, connections: of(connections), requests: of(requests) };
  const results = await Promise.all(nodes.map(node => run({ url: new URL(node.url), ...share })));
  const [first] = results;
  if (first === undefined) throw new Error('no node');
  const others = results.map(result => requestsOf(result) - (result.statuses[status] ?? 0));
  for (const [node, other] of others.entries())
    expect(other).toBeLessThanOrEqual(status === '200' ? 0 : requestsOf(results[node]) * RIGHT_BY_CHANCE_MAX);
  const total = results.reduce((sum, result) => sum + result.perSecond, 0);
  const threads = usedSince(threadsBefore, threadsOf(nodes[0]?.process.pid)).map(used => used / requests);
  return { ...first, perSecond: total, microseconds: ((await usedBy(nodes)) - before) / requests, threads };
}

async function usedBy(nodes: readonly Node[]): Promise<number> {
  const used = await Promise.all(nodes.map(node => node.usedMicroseconds()));
  return used.reduce((sum, one) => sum + one, 0);
}

/** How much to send. */
export interface Amount {
  readonly warmUp: number;
  readonly requests: number;
  readonly rounds: number;
}

/** Measures sides in turn, so that other load of the machine affects all of them. */
export async function inTurn<Name extends string>(
  sides: Readonly<Record<Name, Side>>,
  { warmUp, requests, rounds }: Amount,
): Promise<Record<Name, Round[]>> {
  const named = Object.entries<Side>(sides) as [Name, Side][];
  if (warmUp > 0) for (const [, side] of named) await load(side, warmUp);
  const measured = Object.fromEntries(named.map(([name]) => [name, [] as Round[]])) as Record<Name, Round[]>;
  for (let turn = 0; turn < rounds; turn++)
    for (const [name, side] of named) measured[name].push(await load(side, requests));
  return measured;
}
