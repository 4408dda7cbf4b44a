import { CLOCK_STALE_ERROR_MS, CLOCK_STALE_SECONDS, CLOCK_UNKNOWN_PPM } from '../limits.ts';
import { type ClockReading, clockReadingsOf } from './clocks.ts';
import { type HistoryEntry, historyOf } from './history.ts';
import type { Inventory } from './inventory.ts';
import { type Pairing, pairingsOf } from './pairings.ts';
import { unknownFob } from './unknown-fob.ts';

/** A fob's data in the inventory, without asking the fob. */
export interface KnownFob {
  readonly serial: string;
  readonly board: string;
  readonly firmware: string;
  readonly pairing: 'pending' | 'confirmed';
  readonly holder: string | null;
  /** Names of its accounts: `issuer:label`. */
  readonly accounts: readonly string[];
  /** Time at which this inventory last set its clock, ISO 8601; null for never. */
  readonly clockSet: string | null;
  /** The clock's estimated error now, from its drift; null if nothing is known. */
  readonly clockErrorSeconds: number | null;
  /** Never set, or so long ago that its passcodes may be refused: time to run `clock --set`. */
  readonly isStale: boolean;
  /** Whether its keys were exported for another owner and are still here. */
  readonly isGiven: boolean;
}

export interface FobQuery {
  /** Part of a serial, board, holder or account, in any case. */
  readonly search?: string | undefined;
  readonly staleOnly?: boolean | undefined;
}

/** A fob, and the pairing that holds its keys. */
export interface KnownPairing {
  readonly pairing: Pairing;
  readonly fob: KnownFob;
}

/** Returns the fobs with keys in this inventory, by serial. */
export async function knownFobs(inventory: Inventory, query: FobQuery, nowMs: number): Promise<KnownFob[]> {
  return (await knownPairings(inventory, query, nowMs)).map(({ fob }) => fob);
}

/** Returns the fobs with keys in this inventory and their pairings, by serial. */
export async function knownPairings(
  inventory: Inventory,
  { search, staleOnly }: FobQuery,
  nowMs: number,
): Promise<KnownPairing[]> {
  const pairings = await inventory.db
    .selectFrom('pairings')
    .selectAll()
    .where('state', '!=', 'erased')
    .orderBy('serial')
    .orderBy('id')
    .execute();
  const fobs = await Promise.all(
    pairings.map(async pairing => ({ pairing, fob: await describe(inventory, pairing, nowMs) })),
  );
  const words = search?.trim().toLowerCase() ?? '';
  return fobs.filter(({ fob }) => (!staleOnly || fob.isStale) && matches(fob, words));
}

function matches({ serial, board, holder, accounts }: KnownFob, words: string): boolean {
  return [serial, board, holder ?? '', ...accounts].some(text => text.toLowerCase().includes(words));
}

async function describe(inventory: Inventory, pairing: Pairing, nowMs: number): Promise<KnownFob> {
  const rows = await inventory.db
    .selectFrom('accounts')
    .select(['issuer', 'label'])
    .where('pairing_id', '=', pairing.id)
    .where('state', '=', 'active')
    .orderBy('created_ms')
    .execute();
  const readings = await clockReadingsOf(inventory, pairing.id);
  return {
    serial: pairing.serial,
    board: pairing.board,
    firmware: pairing.firmware,
    pairing: pairing.state === 'pending' ? 'pending' : 'confirmed',
    holder: pairing.holder,
    accounts: rows.map(({ issuer, label }) => (issuer === '' ? label : `${issuer}:${label}`)),
    ...clockBelief(readings, nowMs),
    isGiven: pairing.given_ms !== null,
  };
}

/**
 * Estimates a clock without asking it: the last measured drift continues; without one the worst drift in a fob's own
 * error budget.
 */
function clockBelief(
  readings: readonly ClockReading[],
  nowMs: number,
): Pick<KnownFob, 'clockSet' | 'clockErrorSeconds' | 'isStale'> {
  const last = readings.filter(({ isSet }) => isSet).at(-1);
  if (last === undefined) return { clockSet: null, clockErrorSeconds: null, isStale: true };
  const ageMs = Math.max(0, nowMs - last.readMs);
  const measured = readings.filter(({ driftPpm }) => driftPpm !== undefined).at(-1);
  const ppm = measured?.driftPpm ?? CLOCK_UNKNOWN_PPM;
  const errorMs = (ageMs * Math.abs(ppm)) / 1e6;
  return {
    clockSet: new Date(last.readMs).toISOString(),
    clockErrorSeconds: Math.ceil(errorMs / 1000),
    isStale: ageMs > CLOCK_STALE_SECONDS * 1000 || errorMs > CLOCK_STALE_ERROR_MS,
  };
}

export interface FobRecord {
  readonly fob: KnownFob | null;
  readonly clocks: readonly ClockReading[];
  readonly history: readonly HistoryEntry[];
}

/** Returns all data of a fob except secrets, even if it was erased. @throws FobError `not-in-inventory` */
export async function fobRecord(inventory: Inventory, serial: string, nowMs: number): Promise<FobRecord> {
  const [pairing] = await pairingsOf(inventory, serial);
  const history = await historyOf(inventory, serial);
  if (pairing === undefined && history.length === 0) throw unknownFob(serial);
  return {
    fob: pairing ? await describe(inventory, pairing, nowMs) : null,
    clocks: pairing ? await clockReadingsOf(inventory, pairing.id) : [],
    history,
  };
}

/**
 * Records the holder of a fob.
 * @param holder null for nobody
 * @throws FobError `not-in-inventory`
 */
export async function assign({ db }: Inventory, serial: string, holder: string | null): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('pairings')
    .set({ holder })
    .where('serial', '=', serial)
    .where('state', '=', 'confirmed')
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n) throw unknownFob(serial);
}
