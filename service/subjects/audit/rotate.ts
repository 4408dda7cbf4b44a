import { type Actor, serviceActor } from '../../base/actor.ts';
import { recordLimits } from '../../base/limits/records.ts';
import { done, refused } from '../../base/results.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { keptFromMs, readKeptDays } from '../../storage/kept-days.ts';
import type { Management } from '../../storage/management.ts';
import { inSteps } from '../../storage/pace.ts';
import { readAnchor, writeAnchor } from './anchor.ts';
import { type AuditCheckpoint, checkCheckpoint } from './chain.ts';
import { recordAudit } from './record.ts';

/** The rows and checkpoints that rotation removed. */
export interface Rotated {
  readonly rows: number;
  readonly seals: number;
}

/**
 * Removes the rows whose checkpoints were written before a time, whole checkpoints only. The last checkpoint without
 * rows stays as the anchor; the newest checkpoint always keeps its rows. Nothing is removed that does not verify, or
 * that is younger than the audit is kept.
 *
 * @param signal ends it early, between two steps
 * @throws ServiceError `busy`
 */
export async function rotateAudit(
  management: Management,
  actor: Actor,
  { beforeMs, signal }: { readonly beforeMs: number; readonly signal?: AbortSignal | undefined },
) {
  const { db, keys, clock } = management;
  if (!Number.isSafeInteger(beforeMs) || beforeMs < 0 || beforeMs > clock()) return refused('bad_time');
  const { auditDays } = await readKeptDays(db, clock());
  if (beforeMs > keptFromMs(auditDays, clock())) return refused('audit_kept');
  const total = { rows: 0, seals: 0 };
  let isBroken = false;
  await inSteps(async () => {
    const atMs = clock();
    const turn = await writing(db, async transaction => {
      const rotated = await rotateSome(transaction, keys, beforeMs, atMs);
      if (rotated === undefined || rotated.seals === 0) return rotated;
      await recordAudit(transaction, keys, {
        atMs,
        actor,
        action: 'audit.rotate',
        subjectKind: 'service',
        subjectId: 'audit',
        subject: 'audit',
        detail: { rows: rotated.rows, seals: rotated.seals, beforeMs },
      });
      return rotated;
    });
    isBroken = turn === undefined;
    total.rows += turn?.rows ?? 0;
    total.seals += turn?.seals ?? 0;
    return turn !== undefined && turn.seals > 0;
  }, signal);
  return isBroken ? refused('audit_broken') : done(total);
}

/** Removes the rows that are older than the audit is kept. */
export async function forgetAudit(management: Management, signal?: AbortSignal) {
  const nowMs = management.clock();
  const { auditDays } = await readKeptDays(management.db, nowMs);
  return rotateAudit(management, serviceActor, {
    beforeMs: Math.max(0, keptFromMs(auditDays, nowMs)),
    signal,
  });
}

/** Removes the rows of some checkpoints at the start; undefined, and nothing removed, if they do not verify. */
async function rotateSome(db: Db, keys: Keys, beforeMs: number, nowMs: number): Promise<Rotated | undefined> {
  const seals = await db
    .selectFrom('audit_seals')
    .selectAll()
    .orderBy('number')
    // The anchor before them, and the checkpoint after them, which has to stay.
    .limit(recordLimits.auditRotateSeals + 2)
    .execute();
  const anchor = await readAnchor(db, keys, seals[0]);
  if (anchor === undefined) return undefined;
  const kept = anchor === null ? seals : seals.slice(1);
  const young = kept.findIndex(seal => seal.at_ms >= beforeMs);
  const removable = kept.slice(0, Math.min(young < 0 ? kept.length : young, kept.length - 1));
  const going = removable.slice(0, fitting(removable));
  const last = going.at(-1);
  if (last === undefined) return { rows: 0, seals: 0 };
  const start = {
    previous: anchor === null ? '' : (seals[0]?.mac ?? ''),
    number: (anchor?.seal ?? 0) + 1,
    expected: (anchor?.lastRow ?? 0) + 1,
  };
  const end = await checkSeals(db, keys, going, start);
  if (end === undefined) return undefined;
  await db.deleteFrom('audit').where('seal', '<=', last.number).execute();
  await db.deleteFrom('audit_seals').where('number', '<', last.number).execute();
  await db.updateTable('audit_seals').set({ rotated_ms: nowMs }).where('number', '=', last.number).execute();
  await writeAnchor(db, keys, { ...last, rotated_ms: nowMs }, end - 1);
  return { rows: end - start.expected, seals: going.length };
}

/** Returns how many checkpoints go in one step: as many as its rows allow, and at least one. */
function fitting(seals: readonly AuditCheckpoint[]): number {
  let rows = 0;
  const tooMany = seals.findIndex(seal => {
    rows += seal.rows;
    return rows > recordLimits.sweepRows;
  });
  return tooMany < 0
    ? recordLimits.auditRotateSeals
    : Math.max(1, Math.min(tooMany, recordLimits.auditRotateSeals));
}

/**
 * Checks checkpoints and their rows in order. Returns the number after the last row, or undefined if a check fails.
 */
async function checkSeals(
  db: Db,
  keys: Keys,
  seals: readonly AuditCheckpoint[],
  start: { previous: string; number: number; expected: number },
): Promise<number | undefined> {
  let { previous, number, expected } = start;
  for (const seal of seals) {
    const rows = await db
      .selectFrom('audit')
      .selectAll()
      .where('seal', '=', seal.number)
      .orderBy('id')
      .limit(recordLimits.auditSealRows + 1)
      .execute();
    if (seal.number !== number || checkCheckpoint(keys, seal, rows, { previous, expected }).length > 0)
      return undefined;
    previous = seal.mac;
    number += 1;
    expected += rows.length;
  }
  return expected;
}
