import type { Inventory } from './inventory.ts';

/** When a fob was last reached, and what it told. */
export interface Observation {
  readonly seenMs: number;
  /** What it told last, and when; absent before the first time. */
  readonly told?: { readonly atMs: number; readonly observed: unknown };
}

/** Records that a fob has proved itself in a session. */
export async function noteSeen({ db }: Inventory, pairingId: number, nowMs: number): Promise<void> {
  await db
    .insertInto('observations')
    .values({ pairing_id: pairingId, seen_ms: nowMs, observed_ms: null, observed: null })
    .onConflict(conflict => conflict.column('pairing_id').doUpdateSet({ seen_ms: nowMs }))
    .execute();
}

/**
 * Records what a fob has told in a session.
 * @param observed a value that JSON can hold; never a secret
 */
export async function noteObserved(
  { db }: Inventory,
  pairingId: number,
  observed: object,
  nowMs: number,
): Promise<void> {
  const told = { seen_ms: nowMs, observed_ms: nowMs, observed: JSON.stringify(observed) };
  await db
    .insertInto('observations')
    .values({ pairing_id: pairingId, ...told })
    .onConflict(conflict => conflict.column('pairing_id').doUpdateSet(told))
    .execute();
}

/** Returns the last observation; undefined for a fob that was not reached since its pairing by this passfob. */
export async function observationOf({ db }: Inventory, pairingId: number): Promise<Observation | undefined> {
  const row = await db
    .selectFrom('observations')
    .selectAll()
    .where('pairing_id', '=', pairingId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { seen_ms: seenMs, observed_ms, observed } = row;
  if (observed_ms === null || observed === null) return { seenMs };
  return { seenMs, told: { atMs: observed_ms, observed: JSON.parse(observed) } };
}
