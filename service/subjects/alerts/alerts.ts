import { sql } from 'kysely';
import { type AlertKind, alertKinds } from '../../base/kinds.ts';
import { alertLimits } from '../../base/limits/alerts.ts';
import { count, named, nullable, object, oneOf, serviceText, type TypeOf, time } from '../../base/shapes.ts';
import type { Db } from '../../storage/database/database.ts';
import { queueDeliveries } from './outbox.ts';

/** An event that security staff should know about, as they see it. */
export const alertShape = named(
  object({
    id: count,
    kind: oneOf(...alertKinds),
    user: nullable(serviceText),
    serial: nullable(serviceText),
    /** The fob's serial number, for an alert about a fob. */
    fob: nullable(serviceText),
    /** Counter or time step of a passcode that was used again; null for other kinds, as is what is about the first use. */
    step: nullable(count),
    /** How many times it happened. */
    count,
    firstUseMs: nullable(time),
    firstUseSource: nullable(serviceText),
    firstMs: time,
    lastMs: time,
    lastSource: serviceText,
    acknowledgedMs: nullable(time),
    acknowledgedBy: nullable(serviceText),
  }),
  'Alert',
);
export type Alert = TypeOf<typeof alertShape>;

/** A new event that security staff should know about. */
export interface NewAlert {
  readonly kind: AlertKind;
  /** The key under which repeats are counted instead of listed again. */
  readonly dedupe: string;
  readonly userId: string | null;
  readonly tokenId: string | null;
  readonly fobId?: string;
  readonly step?: number;
  readonly firstUseMs?: number;
  readonly firstUseSource?: string;
  readonly atMs: number;
  readonly source: string;
  /** Listed and counted, but not sent. */
  readonly isQuiet?: boolean;
}

/**
 * Raises an alert, or counts a repeat on the existing one, in the caller's transaction; its deliveries are stored
 * with it.
 */
export async function raiseAlert(db: Db, alert: NewAlert): Promise<void> {
  const raised = await db
    .insertInto('alerts')
    .values({
      kind: alert.kind,
      dedupe: alert.dedupe,
      user_id: alert.userId,
      token_id: alert.tokenId,
      fob_id: alert.fobId ?? null,
      step: alert.step ?? null,
      first_use_ms: alert.firstUseMs ?? null,
      first_use_source: alert.firstUseSource ?? null,
      count: 1,
      first_ms: alert.atMs,
      last_ms: alert.atMs,
      last_source: alert.source,
      acknowledged_ms: null,
      acknowledged_by: null,
    })
    .onConflict(conflict =>
      conflict.column('dedupe').doUpdateSet({
        count: sql`alerts.count + 1`,
        last_ms: alert.atMs,
        last_source: alert.source,
        // An alert that repeats after it was acknowledged has to be looked at again.
        acknowledged_ms: null,
        acknowledged_by: null,
      }),
    )
    .returning(['id', 'count'])
    .executeTakeFirstOrThrow();
  if (alert.isQuiet !== true)
    await queueDeliveries(db, { alertId: raised.id, count: raised.count, atMs: alert.atMs });
}

/**
 * Deletes the alerts that last happened longest ago where a kind has more than its limit: many alerts of one kind
 * never displace those of another.
 */
export async function sweepAlerts(db: Db): Promise<void> {
  const kinds = await db
    .selectFrom('alerts')
    .select('kind')
    .groupBy('kind')
    .having(query => query.fn.countAll(), '>', alertLimits.alertsKept)
    .execute();
  for (const { kind } of kinds)
    await db
      .deleteFrom('alerts')
      .where('kind', '=', kind)
      .where('last_ms', '<=', query =>
        query
          .selectFrom('alerts')
          .select('last_ms')
          .where('kind', '=', kind)
          .orderBy('last_ms', 'desc')
          .orderBy('id', 'desc')
          .limit(1)
          .offset(alertLimits.alertsKept),
      )
      .execute();
}

/** Selects the alerts with the names of their users and the serial numbers of their tokens and fobs. */
export function alertRows(db: Db) {
  return db
    .selectFrom('alerts')
    .leftJoin('users', 'users.id', 'alerts.user_id')
    .leftJoin('tokens', 'tokens.id', 'alerts.token_id')
    .leftJoin('fobs', 'fobs.id', 'alerts.fob_id')
    .selectAll('alerts')
    .select(['users.name as user', 'tokens.serial', 'fobs.serial as fob']);
}

export type AlertRow = Awaited<ReturnType<ReturnType<typeof alertRows>['execute']>>[number];

/** Returns the alerts, latest first. */
export async function listAlerts(db: Db): Promise<Alert[]> {
  const rows = await alertRows(db)
    .orderBy('alerts.last_ms', 'desc')
    .orderBy('alerts.id', 'desc')
    .limit(alertLimits.alertsListed)
    .execute();
  return rows.map(viewOfAlert);
}

/** Returns an alert in its public form. */
export function viewOfAlert(row: AlertRow): Alert {
  return {
    id: row.id,
    kind: row.kind,
    user: row.user,
    serial: row.serial,
    fob: row.fob,
    step: row.step,
    count: row.count,
    firstUseMs: row.first_use_ms,
    firstUseSource: row.first_use_source,
    firstMs: row.first_ms,
    lastMs: row.last_ms,
    lastSource: row.last_source,
    acknowledgedMs: row.acknowledged_ms,
    acknowledgedBy: row.acknowledged_by,
  };
}
