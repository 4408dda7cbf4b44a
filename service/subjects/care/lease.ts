import { careLimits } from '../../base/limits/care.ts';
import type { Db } from '../../storage/database/database.ts';
import { latestEnd } from '../../storage/queries/latest.ts';

/** The run has lost its lease to another one: it changes nothing any more. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';

  constructor() {
    super('another run cares for the fob now');
  }
}

/** Who may care for a fob: `free`, `mine`, or `others`. */
export async function leaseOf(
  db: Db,
  { fobId, link, nowMs }: { readonly fobId: string; readonly link: string; readonly nowMs: number },
): Promise<'free' | 'mine' | 'others'> {
  const row = await db.selectFrom('fob_care').selectAll().where('fob_id', '=', fobId).executeTakeFirst();
  if (row === undefined) return 'free';
  if (row.link === link) return 'mine';
  const isOver = row.until_ms <= nowMs || row.until_ms > latestEnd(nowMs, careLimits.careLeaseMs);
  return isOver ? 'free' : 'others';
}

/** Takes or renews the lease. The caller has found it free or its own in the same transaction. */
export async function keepLease(
  db: Db,
  { fobId, link, nowMs }: { readonly fobId: string; readonly link: string; readonly nowMs: number },
): Promise<void> {
  const row = { link, until_ms: nowMs + careLimits.careLeaseMs };
  await db
    .insertInto('fob_care')
    .values({ fob_id: fobId, ...row })
    .onConflict(conflict => conflict.column('fob_id').doUpdateSet(row))
    .execute();
}

/** Ends a lease that is free or the link's own: a run that died leaves one that has expired. */
export async function endLease(db: Db, fobId: string): Promise<void> {
  await db.deleteFrom('fob_care').where('fob_id', '=', fobId).execute();
}

/** Returns the lease, if it is still the link's. @returns whether it was */
export async function dropLease(db: Db, fobId: string, link: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('fob_care')
    .where('fob_id', '=', fobId)
    .where('link', '=', link)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
