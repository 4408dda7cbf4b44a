import { healthOf } from 'passfob/owner/health';
import type { ObservedFob } from 'passfob/owner/observe';
import type { AlertKind } from '../../base/kinds.ts';
import { alertLimits } from '../../base/limits/alerts.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import type { Management } from '../../storage/management.ts';
import { raiseAlert } from '../alerts/alerts.ts';
import { type FobRow, fobNamed } from '../tokens/fobs.ts';
import { factsOfBoard } from './boards.ts';
import { managedStates } from './tasks.ts';

type FobAlertKind = Extract<AlertKind, `fob_${string}`>;

/** An event about a fob, and where it was noticed. */
interface FobEvent {
  readonly kind: FobAlertKind;
  readonly fobId: string;
  readonly atMs: number;
  readonly source: string;
}

/**
 * Raises the alerts that follow from what a fob told at the begin of a session, in the caller's transaction: that its
 * battery is low, and that its clock drifts more than the crystal of its board may.
 */
export async function alertOfObserved(
  db: Db,
  {
    fobId,
    observed,
    source,
    atMs,
  }: {
    readonly fobId: string;
    readonly observed: ObservedFob;
    /** The name of the relay. */
    readonly source: string;
    readonly atMs: number;
  },
): Promise<void> {
  for (const { kind } of healthOf(observed, factsOfBoard(observed.board))) {
    if (kind === 'battery-low') await raiseOnce(db, { kind: 'fob_battery', fobId, source, atMs });
    if (kind === 'drift-high') await raiseOnce(db, { kind: 'fob_drift', fobId, source, atMs });
  }
}

/**
 * Raises an alert because a device with the serial number of a fob of the service did not prove itself as this fob,
 * or refused the proof of the service.
 *
 * @throws ServiceError `busy`
 */
export async function alertOfRefusal(
  { db, clock }: Pick<Management, 'db' | 'clock'>,
  { serial, source }: { readonly serial: string; readonly source: string },
): Promise<void> {
  const atMs = clock();
  const fob = await fobNamed(db, serial);
  if (fob === undefined || !isManaged(fob)) return;
  const event = { kind: 'fob_refused', fobId: fob.id, atMs, source } as const;
  // Anybody can announce a serial number again and again: usually nothing is written.
  if (await isTold(db, event)) return;
  await writing(db, transaction => raiseOnce(transaction, event));
}

/**
 * Raises an alert for every fob that agents have reported for a day without a session that it completed: somebody
 * may keep its owner from it. Every node looks; the first one raises it.
 *
 * @returns the serial numbers of such fobs
 * @throws ServiceError `busy`
 */
export async function watchWithheld(db: Db, nowMs: number): Promise<string[]> {
  const fobs = await db
    .selectFrom('fobs')
    .select(['id', 'serial'])
    .where('state', 'in', managedStates)
    .where('reported_ms', '<=', nowMs - alertLimits.fobWithheldMs)
    .where('reported_last_ms', '>', nowMs - alertLimits.fobReportedMs)
    .orderBy('serial')
    .limit(alertLimits.fobsReportedAtOnce)
    .execute();
  for (const { id: fobId } of fobs) {
    const event = { kind: 'fob_withheld', fobId, atMs: nowMs, source: 'agent' } as const;
    if (await isTold(db, event)) continue;
    await writing(db, transaction => raiseOnce(transaction, event));
  }
  return fobs.map(({ serial }) => serial);
}

function isManaged({ state }: FobRow): boolean {
  return (managedStates as readonly string[]).includes(state);
}

/** Raises one alert for each kind and fob; while its reason stays it is repeated now and then. */
async function raiseOnce(db: Db, event: FobEvent): Promise<void> {
  if (await isTold(db, event)) return;
  const holder = await db
    .selectFrom('tokens')
    .select('user_id')
    .where('fob_id', '=', event.fobId)
    .where('user_id', 'is not', null)
    .where('state', '<>', 'revoked')
    .orderBy('serial')
    .limit(1)
    .executeTakeFirst();
  await raiseAlert(db, {
    ...event,
    dedupe: keyOf(event),
    userId: holder?.user_id ?? null,
    tokenId: null,
  });
}

async function isTold(db: Db, event: FobEvent): Promise<boolean> {
  const told = await db
    .selectFrom('alerts')
    .select('last_ms')
    .where('dedupe', '=', keyOf(event))
    .executeTakeFirst();
  return told !== undefined && told.last_ms > event.atMs - alertLimits.fobToldMs;
}

function keyOf({ kind, fobId }: FobEvent): string {
  return `${kind}:${fobId}`;
}
