import type { Inventory } from './inventory.ts';

/** A reading of a fob's clock, or its state just before it was set. Fob minus host. */
export interface ClockReading {
  readonly readMs: number;
  readonly isSet: boolean;
  readonly differenceMs?: number | undefined;
  readonly uncertaintyMs?: number | undefined;
  /** Time since it was last set. */
  readonly ageSeconds?: number | undefined;
  readonly driftPpm?: number | undefined;
  readonly trimPpm?: number | undefined;
}

export async function addClockReading(
  { db }: Inventory,
  pairingId: number,
  reading: ClockReading,
): Promise<void> {
  await db
    .insertInto('clocks')
    .values({
      pairing_id: pairingId,
      read_ms: reading.readMs,
      is_set: reading.isSet ? 1 : 0,
      difference_ms: reading.differenceMs ?? null,
      uncertainty_ms: reading.uncertaintyMs ?? null,
      age_seconds: reading.ageSeconds ?? null,
      drift_ppm: reading.driftPpm ?? null,
      trim_ppm: reading.trimPpm ?? null,
    })
    .execute();
}

/** Returns all readings of a pairing, oldest first. */
export async function clockReadingsOf({ db }: Inventory, pairingId: number): Promise<ClockReading[]> {
  const rows = await db
    .selectFrom('clocks')
    .selectAll()
    .where('pairing_id', '=', pairingId)
    .orderBy('id')
    .execute();
  return rows.map(row => ({
    readMs: row.read_ms,
    isSet: row.is_set === 1,
    differenceMs: row.difference_ms ?? undefined,
    uncertaintyMs: row.uncertainty_ms ?? undefined,
    ageSeconds: row.age_seconds ?? undefined,
    driftPpm: row.drift_ppm ?? undefined,
    trimPpm: row.trim_ppm ?? undefined,
  }));
}
