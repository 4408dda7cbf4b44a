import { expect, it } from 'vitest';
import { countOf, LONG } from '../../kit/counts.ts';
import { careForCrowd } from './crowd.ts';

/** Round trips of a fob in care with nothing to do, beside one for each account. */
const IDLE_ROUND_TRIPS_MAX = 8;

it(
  'a crowd of fobs with three tasks each is cared for as soon as its agents connect, and nothing is done twice',
  LONG,
  async () => {
    const { fobs, accounts, idleRoundTrips } = await careForCrowd(countOf(12, 60), countOf(3, 6));
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
