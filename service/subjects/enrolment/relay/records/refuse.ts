import { relayLimits } from '../../../../base/limits/relay.ts';
import type { Acting } from '../../../../storage/acting.ts';
import { recordAudit } from '../../../audit/record.ts';

/** A refused activation, its user, and the reason in words for the help desk. */
export interface RefusedActivation {
  readonly user: { readonly id: string; readonly name: string };
  readonly activationId: string;
  readonly why: string;
}

/**
 * Records a refused run for the help desk, in the caller's transaction, up to a number per user and hour. Codes that
 * are no longer valid remain in old mail, and their holders could otherwise fill the audit.
 */
export async function recordRefusal(
  acting: Acting,
  { user, activationId, why }: RefusedActivation,
): Promise<void> {
  const { db, keys, actor, atMs } = acting;
  const about = { subjectKind: 'user', subjectId: user.id, subject: user.name } as const;
  const action = 'activation.refuse';
  const earlier = await db
    .selectFrom('audit')
    .select('at_ms')
    .where('subject_kind', '=', about.subjectKind)
    .where('subject_id', '=', user.id)
    .where('action', '=', action)
    .orderBy('id', 'desc')
    .offset(relayLimits.refusalsRecorded - 1)
    .limit(1)
    .executeTakeFirst();
  if (earlier !== undefined && earlier.at_ms > atMs - relayLimits.refusalsRecordedMs) return;
  await recordAudit(db, keys, { atMs, actor, action, ...about, detail: { why, activation: activationId } });
}
