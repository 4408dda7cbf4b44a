import { randomUUID } from 'node:crypto';
import type { Db } from '../../storage/database/database.ts';
import { readChannels } from '../notify/channels.ts';

/** An alert that was just raised. */
export interface Raised {
  readonly alertId: number;
  readonly count: number;
  readonly atMs: number;
}

/**
 * Queues one delivery for each enabled channel, in the transaction that raised the alert: when the alert is new, and
 * when its count reaches 10, 100, 1000 and so on (repeats are reported as a count and do not flood).
 */
export async function queueDeliveries(db: Db, { alertId, count, atMs }: Raised): Promise<void> {
  if (!isTold(count)) return;
  const channels = (await readChannels(db)).filter(channel => channel.enabled);
  if (channels.length === 0) return;
  await db
    .insertInto('deliveries')
    .values(
      channels.map(channel => ({
        id: randomUUID(),
        alert_id: alertId,
        channel: channel.id,
        count,
        due_ms: atMs,
        attempts: 0,
        leased_until_ms: null,
        done_ms: null,
        error: null,
      })),
    )
    .execute();
}

/** True for 1, 10, 100 and so on. */
function isTold(count: number): boolean {
  return /^10*$/.test(String(count));
}
