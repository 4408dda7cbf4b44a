import { expect, it } from 'vitest';
import { careForCrowd } from '../../service/care/crowd.ts';
import { begin, grouped, withSpread } from './figures/record.ts';
import { quantile } from './push/figures.ts';

/** A smaller crowd: `FOBS=24 AGENTS=4 npm run bench -- care`. */
const FOBS = Number(process.env.FOBS ?? 200);
const AGENTS = Number(process.env.AGENTS ?? 20);
/** Promises of docs/performance.md. */
const RELAY_P99_MS = 5_000;
const IDLE_ROUND_TRIPS_MAX = 8;
const TASKS = ['clock', 'remove-account', 'rename-account'];

function relayRow(name: string, ms: readonly number[], trips: readonly number[]): string[] {
  const times = [0.5, 0.99, 1].map(share => `${grouped(quantile(ms, share))} ms`);
  return [name, ...times, withSpread(trips, '')];
}

it('a service cares for many fobs behind several agents, each task once', async () => {
  const record = begin('care');
  const crowd = await careForCrowd(FOBS, AGENTS);
  const { fobs, relayMs, idleMs, roundTrips, idleRoundTrips, accounts, wholeMs } = crowd;
  const done = fobs.reduce((sum, fob) => sum + fob.done.length, 0);
  const twice = fobs.flatMap(({ executed }) => Object.values(executed)).filter(count => count > 1).length;
  expect([done, twice]).toEqual([FOBS * TASKS.length, 0]);
  expect(Math.max(...idleRoundTrips)).toBeLessThanOrEqual(IDLE_ROUND_TRIPS_MAX + accounts);
  record({
    tables: [
      [
        `${FOBS} fobs behind ${AGENTS} agents, of each | p50 | p99 | most | round trips`,
        [
          relayRow('relay time with three tasks', relayMs, roundTrips),
          relayRow(`relay time with nothing to do, ${accounts} accounts`, idleMs, idleRoundTrips),
        ],
      ],
      [
        'all fobs | figure',
        [
          ['tasks done', grouped(done)],
          ['tasks done twice', grouped(twice)],
          ['from the first connection to the last release', `${grouped(wholeMs / 1_000, 1)} s`],
        ],
      ],
    ],
    conditions: ['the service, the agents and the fobs in one process'],
  });
  expect(quantile(relayMs, 0.99)).toBeLessThan(RELAY_P99_MS);
});
