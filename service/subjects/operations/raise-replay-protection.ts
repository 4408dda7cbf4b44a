import { sql } from 'kysely';
import { tokenLimits } from '../../base/limits/tokens.ts';
import type { Db } from '../../storage/database/database.ts';

/**
 * Raises every token's last accepted step or counter above all that may have been accepted since the backup, so that
 * none of those passcodes is accepted again.
 *
 * TOTP: nothing is accepted more than the greatest drift and the skew ahead of the service's time, so a fob is
 * accepted again when its time has passed that: after six minutes at 30 s a step. A resynchronisation may have found
 * a greater drift, which then counts; one after the backup cannot be known. HOTP, and OCRA with a counter: a gap. A
 * fob that was used less has to be pressed past it, and resynchronised.
 */
export async function raiseReplayProtection(db: Db, nowMs: number, counterGap: number): Promise<void> {
  // The next passcode after the remembered out-of-step one may have been accepted since, wherever it is.
  await db
    .updateTable('tokens')
    .set({ ahead_step: null, ahead_ms: null })
    .where('ahead_step', 'is not', null)
    .execute();
  const ahead = tokenLimits.driftMaxSteps + tokenLimits.totpSkewSteps;
  const nowSeconds = Math.floor(nowMs / 1000);
  const periods = await db
    .selectFrom('tokens')
    .select('period_seconds')
    .distinct()
    .where('kind', '=', 'totp')
    .execute();
  for (const { period_seconds } of periods) {
    if (period_seconds === null) continue;
    const usual = sql.lit(Math.floor(nowSeconds / period_seconds) + ahead);
    const most = sql.lit(tokenLimits.driftMaxSteps);
    const mark = sql<number>`case when drift_steps > ${most} then ${usual} + drift_steps - ${most} else ${usual} end`;
    await db
      .updateTable('tokens')
      .set({ last_step: mark })
      .where('kind', '=', 'totp')
      .where('period_seconds', '=', period_seconds)
      .where('last_step', '<', mark)
      .execute();
  }
  const most = tokenLimits.counterMax;
  await db
    .updateTable('tokens')
    .set({
      last_step: sql<number>`case when last_step > ${sql.lit(most - counterGap)} then ${sql.lit(most)}
        else last_step + ${sql.lit(counterGap)} end`,
    })
    // Of the OCRA tokens, those with a counter: their suites have a C in front of the question.
    .where(where => where.or([where('kind', '=', 'hotp'), where('suite', 'like', '%:C-Q%')]))
    .execute();
}
