import type { Inventory } from './inventory.ts';
import type { HistoryEvent } from './schema.ts';

export interface HistoryEntry {
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly event: HistoryEvent;
  readonly detail: string;
}

/** Records an event that no row of the other tables shows. `detail` is for people: never a secret. */
export async function addHistory(
  { db }: Inventory,
  serial: string,
  event: HistoryEvent,
  nowMs: number,
  detail = '',
): Promise<void> {
  await db.insertInto('history').values({ serial, event, at_ms: nowMs, detail }).execute();
}

/** Returns the events of a fob, oldest first, including those under owners' keys that are erased by now. */
export async function historyOf({ db }: Inventory, serial: string): Promise<HistoryEntry[]> {
  const rows = await db
    .selectFrom('history')
    .selectAll()
    .where('serial', '=', serial)
    .orderBy('id')
    .execute();
  return rows.map(({ at_ms, event, detail }) => ({ at: new Date(at_ms).toISOString(), event, detail }));
}
