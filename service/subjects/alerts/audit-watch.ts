import { texts } from '../../base/texts/texts.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import type { Management } from '../../storage/management.ts';
import type { AuditFinding } from '../audit/chain.ts';
import { writeAllCheckpoints } from '../audit/checkpoints.ts';
import { forgetAudit } from '../audit/rotate.ts';
import { type Verification, verifyAudit } from '../audit/verify.ts';
import { raiseAlert } from './alerts.ts';

/** Writes the missing checkpoints, and raises an alert where rows are not as they were written. */
export async function watchAudit({ db, keys, clock }: Management): Promise<number> {
  const { rows, findings } = await writeAllCheckpoints(db, keys, clock);
  await raiseFindings(db, findings, clock());
  return rows;
}

/**
 * Removes the rows that are older than the audit is kept; raises an alert, once a day, where they do not verify and stay.
 *
 * @param signal ends it early, between two steps
 */
export async function forgetOldAudit(management: Management, signal?: AbortSignal): Promise<void> {
  const { db, clock } = management;
  const rotated = await forgetAudit(management, signal);
  if (rotated.ok || rotated.refusal.code !== 'audit_broken') return;
  const atMs = clock();
  const dedupe = `audit:rotate:${new Date(atMs).toISOString().slice(0, 10)}`;
  const isKnown = await db.selectFrom('alerts').select('id').where('dedupe', '=', dedupe).executeTakeFirst();
  if (isKnown !== undefined) return;
  const about = { userId: null, tokenId: null, source: texts.records.audit.notRotated };
  await writing(db, transaction => raiseAlert(transaction, { kind: 'audit', dedupe, atMs, ...about }));
}

/** Verifies the whole audit, and raises an alert if verification fails. */
export async function verifyWatched({ db, keys, clock }: Management): Promise<Verification> {
  const verification = await verifyAudit(db, keys);
  await raiseFindings(db, verification.findings, clock());
  return verification;
}

/** Raises one alert for all findings, keyed by the first, so that the same damage found again is only counted. */
async function raiseFindings(db: Db, findings: readonly AuditFinding[], atMs: number): Promise<void> {
  const [first] = findings;
  if (first === undefined) return;
  const where = `${first.kind}:${first.seal ?? ''}:${first.row ?? ''}`;
  await writing(db, transaction =>
    raiseAlert(transaction, {
      kind: 'audit',
      dedupe: `audit:${where}`,
      userId: null,
      tokenId: null,
      atMs,
      source: first.text,
    }),
  );
}
