import { randomInt } from 'node:crypto';
import type { Selectable } from 'kysely';
import { type Db, writing } from '../data/database.ts';
import type { Schema } from '../data/schema.ts';
import { limits } from '../limits.ts';
import type { Management } from '../management.ts';
import { readChannels } from '../notify/channels.ts';
import { sendNow } from '../notify/manage.ts';
import type { Notice } from '../notify/notice.ts';
import { alertRows } from './alerts.ts';

type Delivery = Selectable<Schema['deliveries']>;

/** What a turn of delivering did. */
export interface Delivered {
  readonly sent: number;
  readonly failed: number;
}

/**
 * Sends what is due, each delivery at least once: it is leased first, so that no other node sends it meanwhile, and done
 * only when it went out; a node that dies leaves a lease that runs out.
 *
 * @throws ServiceError `busy`
 */
export async function deliverDue(
  management: Management,
  { allowLoopback }: { readonly allowLoopback: boolean },
): Promise<Delivered> {
  const { db, clock } = management;
  const leased = await leaseDue(db, clock());
  const errors = await Promise.all(
    leased.map(async delivery => {
      const error = await send(management, delivery, allowLoopback);
      await finish(db, delivery, { error, nowMs: clock() });
      return error;
    }),
  );
  const failed = errors.filter(error => error !== undefined).length;
  return { sent: leased.length - failed, failed };
}

/** Takes a few due deliveries for this node alone, for a while. */
export async function leaseDue(db: Db, nowMs: number): Promise<Delivery[]> {
  if ((await dueRows(db, nowMs).limit(1).execute()).length === 0) return [];
  return writing(db, async transaction => {
    const due = await dueRows(transaction, nowMs).limit(limits.deliveriesAtOnce).execute();
    if (due.length === 0) return [];
    const leased_until_ms = nowMs + limits.deliveryLeaseMs;
    await transaction
      .updateTable('deliveries')
      .set(update => ({ leased_until_ms, attempts: update('attempts', '+', 1) }))
      .where(
        'id',
        'in',
        due.map(({ id }) => id),
      )
      .execute();
    return due.map(row => ({ ...row, leased_until_ms, attempts: row.attempts + 1 }));
  });
}

function dueRows(db: Db, nowMs: number) {
  return db
    .selectFrom('deliveries')
    .selectAll()
    .where('done_ms', 'is', null)
    .where('due_ms', '<=', nowMs)
    .where(query => query.or([query('leased_until_ms', 'is', null), query('leased_until_ms', '<=', nowMs)]))
    .orderBy('due_ms')
    .orderBy('id');
}

async function send(
  management: Management,
  delivery: Delivery,
  allowLoopback: boolean,
): Promise<string | undefined> {
  const { db, clock } = management;
  const channel = (await readChannels(db)).find(({ id }) => id === delivery.channel);
  if (channel === undefined || !channel.enabled) return 'channel removed or disabled';
  const notice = await noticeOf(db, delivery);
  if (notice === undefined) return 'alert removed';
  return sendNow(management, channel, { notice, options: { allowLoopback, clock } });
}

async function noticeOf(db: Db, delivery: Delivery): Promise<Notice | undefined> {
  const alert = await alertRows(db).where('alerts.id', '=', delivery.alert_id).executeTakeFirst();
  return (
    alert && {
      id: delivery.id,
      kind: alert.kind,
      alertId: alert.id,
      count: delivery.count,
      user: alert.user,
      serial: alert.serial,
      source: alert.last_source,
      atMs: alert.last_ms,
      firstUseMs: alert.first_use_ms,
      firstUseSource: alert.first_use_source,
    }
  );
}

/** Notes how an attempt ended, unless the lease ran out and another node has taken over. */
async function finish(
  db: Db,
  delivery: Delivery,
  { error, nowMs }: { readonly error: string | undefined; readonly nowMs: number },
): Promise<void> {
  const isOver = error === undefined || delivery.attempts >= limits.deliveryAttempts;
  await writing(db, async transaction => {
    await transaction
      .updateTable('deliveries')
      .set({
        leased_until_ms: null,
        error: error ?? null,
        done_ms: isOver ? nowMs : null,
        due_ms: isOver ? delivery.due_ms : nowMs + backOffMs(delivery.attempts),
      })
      .where('id', '=', delivery.id)
      .where('attempts', '=', delivery.attempts)
      .where('done_ms', 'is', null)
      .execute();
  });
}

/** Doubles with every attempt up to an hour, each somewhere in its upper half: many failures do not come back at once. */
export function backOffMs(attempts: number): number {
  const doubled = limits.deliveryRetryMinMs * 2 ** (attempts - 1);
  const bounded = Math.min(limits.deliveryRetryMaxMs, doubled);
  return bounded / 2 + randomInt(0, bounded / 2 + 1);
}

/** Forgets deliveries that were done, or given up, long ago. */
export async function forgetDeliveries(db: Db, nowMs: number): Promise<void> {
  await writing(db, async transaction => {
    await transaction
      .deleteFrom('deliveries')
      .where('done_ms', '<', nowMs - limits.deliveriesKeptMs)
      .execute();
  });
}
