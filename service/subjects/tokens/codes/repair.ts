import { sql } from 'kysely';
import type { Actor } from '../../../base/actor.ts';
import { tokenLimits } from '../../../base/limits/tokens.ts';
import { timeStep } from '../../../base/passcode.ts';
import { done, refused } from '../../../base/results.ts';
import { object, serviceText, time } from '../../../base/shapes.ts';
import { type Acting, actingOf } from '../../../storage/acting.ts';
import { type Db, writing } from '../../../storage/database/database.ts';
import type { Management } from '../../../storage/management.ts';
import { act, audited, did } from '../../kit/act.ts';
import type { TokenRow } from '../rows.ts';
import { aboutToken } from '../subject.ts';

/**
 * Lowers the last accepted step of a TOTP token that a fast clock had raised into the future: until then no passcode
 * would be accepted. It is set to the greatest step that a fob with a correct clock can have used by now, so nothing
 * accepted while the clock was right is accepted again. Passcodes of later steps, which fobs showed while the clock was
 * ahead, may be accepted once when their time comes. `refusedUntilMs`: once the service's clock has passed it,
 * passcodes are accepted again.
 */
export const repairLastStep = act({
  permission: 'token.repair-last-step',
  subject: aboutToken,
  fields: {},
  gives: object({ serial: serviceText, refusedUntilMs: time }),
  refusals: { step_not_ahead: 'form' },
  routes: [
    {
      name: 'tokens.repair-last-step',
      summary: 'Move the last accepted step of a token back to the present, after a clock was ahead.',
      at: 'POST /v1/tokens/:serial/repair-last-step',
    },
  ],
  form: {
    at: '/token/repair-last-step',
    title: ({ serial }) => `Repair the last step of ${serial}`,
    lead: 'Only after the clock of the service, or of this fob, was ahead and has been set right. The fob is accepted again in a few minutes. Passcodes that it showed ahead of time may then be accepted once, when their time comes: anyone who saw them can use them.',
    submit: 'Repair its last step',
    isFinal: true,
    done: 'repaired',
  },
  async run(acting) {
    const { item } = acting;
    // For a single token, also undo a rise caused by resynchronising a fob far ahead: that fob's clock has been set
    // since.
    const repaired = await repair(acting, item, Math.min(item.drift_steps, tokenLimits.driftMaxSteps));
    return repaired ?? refused('step_not_ahead');
  },
});

/**
 * The same for every token whose last accepted step lies further ahead than its fob's drift explains. It takes
 * several transactions; after an interruption, call it again to continue.
 */
export async function repairLastSteps(management: Management, actor: Actor) {
  let repaired = 0;
  let afterId: string | undefined = '';
  while (afterId !== undefined) {
    const fromId: string = afterId;
    const turn = await writing(management.db, async db => {
      const acting = actingOf({ ...management, db }, actor);
      const rows = await aheadTokens(db, acting.atMs, fromId);
      let count = 0;
      for (const row of rows) {
        const repaired = await repair(acting, row, row.drift_steps);
        if (repaired === undefined) continue;
        await audited(acting, { kind: 'token', action: 'token.repair-last-step' }, repaired);
        count++;
      }
      return { count, lastId: rows.length < tokenLimits.stepsRepairedAtOnce ? undefined : rows.at(-1)?.id };
    });
    repaired += turn.count;
    afterId = turn.lastId;
  }
  return repaired === 0 ? refused('step_not_ahead') : done({ repaired });
}

/**
 * Returns when the clock passes a token's last accepted step, if `repairLastStep` can lower that step; undefined
 * otherwise.
 */
export async function stepAheadUntil(db: Db, serial: string, nowMs: number): Promise<number | undefined> {
  const row = await db.selectFrom('tokens').selectAll().where('serial', '=', serial).executeTakeFirst();
  if (row === undefined || row.kind !== 'totp' || row.state === 'revoked') return undefined;
  const { period_seconds: period, last_step: step } = row;
  return period === null || step <= greatestStep(period, 0, nowMs) ? undefined : (step + 1) * period * 1000;
}

/** Ordered by id. */
function aheadTokens(db: Db, nowMs: number, afterId: string): Promise<TokenRow[]> {
  const most = sql.lit(tokenLimits.driftMaxSteps);
  const skew = sql.lit(tokenLimits.totpSkewSteps);
  const drift = sql<number>`case when drift_steps > ${most} then drift_steps else ${most} end`;
  const seconds = sql.lit(Math.floor(nowMs / 1000));
  return db
    .selectFrom('tokens')
    .selectAll()
    .where('kind', '=', 'totp')
    .where('state', '<>', 'revoked')
    .where('id', '>', afterId)
    .where(sql<boolean>`(last_step - (${drift}) - ${skew}) * period_seconds > ${seconds}`)
    .orderBy('id')
    .limit(tokenLimits.stepsRepairedAtOnce)
    .execute();
}

/**
 * Returns the greatest step that a fob of this drift can have used by now; as after a restore
 * (`operations/raise-replay-protection.ts`).
 */
function greatestStep(periodSeconds: number, driftSteps: number, nowMs: number): number {
  const ahead = Math.max(tokenLimits.driftMaxSteps, driftSteps) + tokenLimits.totpSkewSteps;
  return timeStep(nowMs, periodSeconds) + ahead;
}

/** @returns undefined if the last accepted step is not ahead, or was changed meanwhile: then nothing is changed */
async function repair({ db, atMs }: Acting, row: TokenRow, driftSteps: number) {
  if (row.kind !== 'totp' || row.state === 'revoked' || row.period_seconds === null) return undefined;
  const step = greatestStep(row.period_seconds, driftSteps, atMs);
  if (row.last_step <= step) return undefined;
  const { numUpdatedRows } = await db
    .updateTable('tokens')
    .set({ last_step: step, drift_steps: driftSteps })
    .where('id', '=', row.id)
    .where('last_step', '=', row.last_step)
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) return undefined;
  const refusedUntilMs = (step + 1) * row.period_seconds * 1000;
  const about = { id: row.id, name: row.serial };
  return did({ serial: row.serial, refusedUntilMs }, about, { stepBefore: row.last_step, step });
}
