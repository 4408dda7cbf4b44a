import { expect, it } from 'vitest';
import { countOf, LONG } from '../../kit/counts.ts';
import { careForCrowd } from './crowd.ts';

// Many fobs are paired first.

/** Round trips of a fob in care with nothing to do, beside one for each account. */
const IDLE_ROUND_TRIPS_MAX = 8;

it(
  'fobs behind several agents with WebSockets execute each of their three tasks once, and then cost few round trips',
  LONG,
  async () => {
    const { fobs, accounts, idleRoundTrips } = await careForCrowd(countOf(12, 40), countOf(3, 5));
    for (const { executed, done, acts } of fobs) {
      expect(executed).toEqual({ clock: 1, 'remove-account': 1, 'rename-account': 1 });
      expect(done).toEqual(['clock', 'remove-account', 'rename-account']);
      expect(acts).toEqual(['fob.clock', 'fob.remove-account', 'fob.rename']);
    }
    // One of the user, and the key for approvals.
    expect(accounts).toBe(2);
    expect(Math.max(...idleRoundTrips)).toBeLessThanOrEqual(IDLE_ROUND_TRIPS_MAX + accounts);
  },
);
