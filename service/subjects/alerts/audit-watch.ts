import { type Db, writing } from '../../storage/database/database.ts';
import type { Management } from '../../storage/management.ts';
import type { AuditFinding } from '../audit/chain.ts';
import { writeAllCheckpoints } from '../audit/checkpoints.ts';
import { type Verification, verifyAudit } from '../audit/verify.ts';
import { raiseAlert } from './alerts.ts';

/** Writes the missing checkpoints, and raises an alert where rows are not as they were written. */
export async function watchAudit({ db, keys, clock }: Management): Promise<number> {
  const { rows, findings } = await writeAllCheckpoints(db, keys, clock);
  await raiseFindings(db, findings, clock());
  return rows;
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
