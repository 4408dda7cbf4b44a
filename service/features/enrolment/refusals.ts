import { enrolmentLimits } from '../../base/limits/enrolment.ts';
import type { Db } from '../../storage/database/database.ts';
import { valuesAsList } from '../../storage/queries/rows.ts';

/** The last run with an activation that the service refused, and why in a few words. Milliseconds since 1970. */
export interface LastRefusal {
  readonly why: string;
  readonly atMs: number;
}

/** What relays of these users were refused lately, by activation: users hear less of it than help desk. */
export async function lastRefusals(db: Db, userIds: readonly string[]): Promise<Map<string, LastRefusal>> {
  const rows = await db
    .selectFrom('audit')
    .select(['at_ms', 'detail'])
    .where('subject_kind', '=', 'user')
    .where('subject_id', 'in', valuesAsList(db, [...new Set(userIds)]))
    .where('action', 'in', ['activation.refuse', 'activation.attempt'])
    .orderBy('id', 'desc')
    .limit(enrolmentLimits.activationRefusalsRead)
    .execute();
  const last = new Map<string, LastRefusal>();
  for (const { at_ms: atMs, detail } of rows) {
    const { activation, why } = JSON.parse(detail) as { readonly activation: string; readonly why: string };
    if (!last.has(activation)) last.set(activation, { why: why.replaceAll('_', ' '), atMs });
  }
  return last;
}
