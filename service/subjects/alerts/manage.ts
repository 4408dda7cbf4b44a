import type { Actor } from '../../base/actor.ts';
import { alertLimits } from '../../base/limits/alerts.ts';
import { done, refused } from '../../base/results.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import type { Management } from '../../storage/management.ts';
import { recordAudit } from '../audit/record.ts';
import { type Alert, alertRows, viewOfAlert } from './alerts.ts';

/** Selects alerts. */
export interface AlertFilter {
  readonly standing?: 'open' | 'acknowledged' | undefined;
  /** Only alerts after this position: `next` of the previous page. */
  readonly after?: AlertCursor | undefined;
  /** 1 to 50, default 50. */
  readonly limit?: number | undefined;
}

/** A position in the order of alerts. */
export interface AlertCursor {
  readonly lastMs: number;
  readonly id: number;
}

/** One page of alerts, latest first; `next` continues it, null at the end. */
export interface AlertPage {
  readonly alerts: readonly Alert[];
  readonly next: AlertCursor | null;
}

/** Returns the alerts that match a filter, by the time they last happened. */
export async function pageAlerts(db: Db, filter: AlertFilter = {}): Promise<AlertPage> {
  const limit = Math.max(
    1,
    Math.min(alertLimits.alertsListed, Math.trunc(filter.limit ?? alertLimits.alertsListed)),
  );
  const { after, standing } = filter;
  let query = alertRows(db);
  if (standing !== undefined)
    query = query.where('acknowledged_ms', standing === 'open' ? 'is' : 'is not', null);
  if (after !== undefined)
    query = query.where(where =>
      where.or([
        where('alerts.last_ms', '<', after.lastMs),
        where.and([where('alerts.last_ms', '=', after.lastMs), where('alerts.id', '<', after.id)]),
      ]),
    );
  const rows = await query
    .orderBy('alerts.last_ms', 'desc')
    .orderBy('alerts.id', 'desc')
    .limit(limit + 1)
    .execute();
  const alerts = rows.slice(0, limit).map(viewOfAlert);
  const last = alerts.at(-1);
  const next = rows.length > limit && last !== undefined ? { lastMs: last.lastMs, id: last.id } : null;
  return { alerts, next };
}

/**
 * Stores that somebody has looked at an alert. A repeat opens it again.
 *
 * @throws ServiceError `busy`
 */
export function acknowledgeAlert(
  { db, keys, clock }: Management,
  actor: Actor,
  { id }: { readonly id: number },
) {
  return writing(db, async transaction => {
    if (!Number.isSafeInteger(id)) return refused('unknown_alert');
    const row = await alertRows(transaction).where('alerts.id', '=', id).executeTakeFirst();
    if (row === undefined) return refused('unknown_alert');
    if (row.acknowledged_ms !== null) return refused('alert_acknowledged');
    const atMs = clock();
    const acknowledged = { acknowledged_ms: atMs, acknowledged_by: actor.name };
    await transaction.updateTable('alerts').set(acknowledged).where('id', '=', id).execute();
    await recordAudit(transaction, keys, {
      atMs,
      actor,
      action: 'alert.acknowledge',
      subjectKind: 'alert',
      subjectId: String(id),
      subject: row.kind,
      detail: { count: row.count },
    });
    return done(viewOfAlert({ ...row, ...acknowledged }));
  });
}
