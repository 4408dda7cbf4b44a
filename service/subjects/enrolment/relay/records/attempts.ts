import { relayLimits } from '../../../../base/limits/relay.ts';
import type { Acting } from '../../../../storage/acting.ts';
import { recordAudit } from '../../../audit/record.ts';
import { endActivation } from '../../../tokens/end-activation.ts';
import type { Claim, ClaimedActivation } from './claim.ts';
import { returnToken } from './token.ts';

/**
 * Counts a wrong fob or a wrong pairing code. The last allowed attempt revokes the activation, and returns the
 * reserved token.
 * @returns whether the activation is now revoked
 */
export function countAttempt(claim: Claim, why: string): Promise<boolean> {
  const count = async (acting: Acting, activation: ClaimedActivation) => {
    const attempts = activation.attempts + 1;
    const isOver = attempts >= relayLimits.activationAttemptsMax;
    await acting.db.updateTable('activations').set({ attempts }).where('id', '=', activation.id).execute();
    await record(acting, activation, 'activation.attempt', { why, attempts });
    if (isOver) {
      await endActivation(acting.db, { id: activation.id, reason: 'attempts', atMs: acting.atMs });
      if (activation.token_id !== null) await returnToken(acting, activation.token_id, activation.user_id);
      await record(acting, activation, 'activation.revoke', { why: 'attempts', attempts });
    }
    return isOver;
  };
  return claim.holding(count, isOver => isOver);
}

async function record(
  { db, keys, actor, atMs }: Acting,
  activation: ClaimedActivation,
  action: string,
  detail: Readonly<Record<string, string | number>>,
): Promise<void> {
  const user = await db
    .selectFrom('users')
    .select('name')
    .where('id', '=', activation.user_id)
    .executeTakeFirst();
  await recordAudit(db, keys, {
    atMs,
    actor,
    action,
    subjectKind: 'user',
    subjectId: activation.user_id,
    subject: user?.name ?? '',
    detail: { ...detail, activation: activation.id },
  });
}
