import { sql } from 'kysely';
import type { Db } from '../data/database.ts';
import { limits } from '../limits.ts';

/** A passcode that was used again, as security people see it. Times in milliseconds since 1970. */
export interface Alert {
  readonly id: number;
  readonly kind: 'replay';
  readonly user: string;
  readonly serial: string;
  readonly step: number;
  /** How many times the used passcode was tried again. */
  readonly count: number;
  readonly firstUseMs: number;
  readonly firstUseSource: string;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly lastSource: string;
}

/** A second use of a passcode that had been accepted. */
export interface Replay {
  readonly userId: string;
  readonly tokenId: string;
  readonly step: number;
  readonly firstUseMs: number;
  readonly firstUseSource: string;
  readonly atMs: number;
  readonly source: string;
}

/** Raises the alert for a replay, or counts it on the one that the same passcode has raised already. */
export async function raiseReplay(db: Db, replay: Replay): Promise<void> {
  await db
    .insertInto('alerts')
    .values({
      kind: 'replay',
      dedupe: `replay:${replay.tokenId}:${replay.step}`,
      user_id: replay.userId,
      token_id: replay.tokenId,
      step: replay.step,
      first_use_ms: replay.firstUseMs,
      first_use_source: replay.firstUseSource,
      count: 1,
      first_ms: replay.atMs,
      last_ms: replay.atMs,
      last_source: replay.source,
    })
    .onConflict(conflict =>
      conflict.column('dedupe').doUpdateSet({
        count: sql`alerts.count + 1`,
        last_ms: replay.atMs,
        last_source: replay.source,
      }),
    )
    .execute();
  await db
    .deleteFrom('alerts')
    .where('id', '<=', query =>
      query.selectFrom('alerts').select(sql<number>`max(id) - ${limits.alertsKept}`.as('bound')),
    )
    .execute();
}

/** The alerts, latest first. */
export async function listAlerts(db: Db): Promise<Alert[]> {
  const rows = await db
    .selectFrom('alerts')
    .innerJoin('users', 'users.id', 'alerts.user_id')
    .innerJoin('tokens', 'tokens.id', 'alerts.token_id')
    .selectAll('alerts')
    .select(['users.name as user', 'tokens.serial'])
    .orderBy('alerts.last_ms', 'desc')
    .orderBy('alerts.id', 'desc')
    .limit(limits.alertsListed)
    .execute();
  return rows.map(row => ({
    id: row.id,
    kind: row.kind,
    user: row.user,
    serial: row.serial,
    step: row.step,
    count: row.count,
    firstUseMs: row.first_use_ms,
    firstUseSource: row.first_use_source,
    firstMs: row.first_ms,
    lastMs: row.last_ms,
    lastSource: row.last_source,
  }));
}
