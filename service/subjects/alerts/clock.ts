import { recordLimits } from '../../base/limits/records.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import { writeSetting } from '../../storage/settings.ts';
import { raiseAlert } from './alerts.ts';

const NAME = 'clock-seen';

/**
 * Compares the clock with the latest time that any node has stored, and raises an alert if it went back: TOTP tokens
 * are then refused until it has caught up, and expired items may become valid again.
 *
 * @returns how far the clock went back, in milliseconds; 0 if it did not
 * @throws ServiceError `busy`
 */
export async function watchClock(db: Db, clock: () => number): Promise<number> {
  const seenMs = await readSeen(db);
  // The clock is read after the stored time: while this node waited, another may have stored a later time.
  if (seenMs !== undefined && isUsual(seenMs, clock())) return 0;
  return writing(db, async transaction => {
    const writtenMs = await readSeen(transaction);
    const nowMs = clock();
    const latestMs = writtenMs ?? nowMs;
    const backMs = latestMs - nowMs;
    if (backMs > recordLimits.clockBackMs)
      await raiseAlert(transaction, {
        kind: 'clock',
        dedupe: `clock:${latestMs}`,
        userId: null,
        tokenId: null,
        atMs: nowMs,
        source: `${Math.round(backMs / 1000)} s`,
      });
    // From now on the new time counts. Otherwise a clock that was once ahead would raise alerts for ever.
    await writeSetting(transaction, NAME, nowMs, nowMs);
    return backMs > recordLimits.clockBackMs ? backMs : 0;
  });
}

function isUsual(seenMs: number, nowMs: number): boolean {
  return nowMs >= seenMs - recordLimits.clockBackMs && nowMs < seenMs + recordLimits.clockSeenEveryMs;
}

async function readSeen(db: Db): Promise<number | undefined> {
  const row = await db.selectFrom('settings').select('value').where('name', '=', NAME).executeTakeFirst();
  const value = Number(row?.value);
  return row === undefined || !Number.isSafeInteger(value) ? undefined : value;
}
