import { alertLimits } from '../../base/limits/alerts.ts';
import { tokenLimits } from '../../base/limits/tokens.ts';
import { done, refused } from '../../base/results.ts';
import { text } from '../../base/shapes.ts';
import type { Db } from '../../storage/database/database.ts';
import { act, did, subject } from '../kit/act.ts';
import { type Alert, alertRows, alertShape, viewOfAlert } from './alerts.ts';

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

const aboutAlert = subject({
  kind: 'alert',
  key: 'id',
  keyShape: text(tokenLimits.serialMax, { pattern: '^[0-9]+$' }),
  home: '/alerts',
  missing: ['unknown_alert'],
  async find(db, id) {
    const row = Number.isSafeInteger(Number(id))
      ? await alertRows(db).where('alerts.id', '=', Number(id)).executeTakeFirst()
      : undefined;
    return row === undefined ? refused('unknown_alert') : done({ id: String(row.id), name: row.kind, row });
  },
});

/** Stores that somebody has looked at an alert. A repeat opens it again. */
export const acknowledgeAlert = act({
  permission: 'alert.acknowledge',
  subject: aboutAlert,
  fields: {},
  gives: alertShape,
  refusals: { alert_acknowledged: 'form' },
  routes: [
    {
      name: 'alerts.acknowledge',
      summary: 'Acknowledge an alert.',
      at: 'POST /v1/alerts/:id/acknowledge',
    },
  ],
  form: { at: '/alert/acknowledge', submit: 'Acknowledge', done: 'acknowledged' },
  async run({ db, actor, atMs, item: { row, ...item } }) {
    if (row.acknowledged_ms !== null) return refused('alert_acknowledged');
    const acknowledged = { acknowledged_ms: atMs, acknowledged_by: actor.name };
    await db.updateTable('alerts').set(acknowledged).where('id', '=', row.id).execute();
    return did(viewOfAlert({ ...row, ...acknowledged }), item, { count: row.count });
  },
});
