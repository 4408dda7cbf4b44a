import { randomInt } from 'node:crypto';
import type { Selectable } from 'kysely';
import { alertLimits } from '../../base/limits/alerts.ts';
import { recordLimits } from '../../base/limits/records.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import type { Management } from '../../storage/management.ts';
import type { Schema } from '../../storage/schema/schema.ts';
import { readChannels } from '../notify/channels.ts';
import { sendNow } from '../notify/manage.ts';
import type { Notice } from '../notify/notice.ts';
import { alertRows } from './alerts.ts';

type Delivery = Selectable<Schema['deliveries']>;

/** The result of one delivery turn. */
export interface Delivered {
  readonly sent: number;
  readonly failed: number;
}

/** Options for sending. */
export interface DeliverOptions {
  readonly allowLoopback: boolean;
}

/** Sends all due deliveries of all channels, and waits for the slowest channel. @throws ServiceError `busy` */
export async function deliverDue(management: Management, options: DeliverOptions): Promise<Delivered> {
  const due = await dueChannels(management.db, management.clock());
  const turns = await Promise.all(due.map(channel => deliverTo(management, channel, options)));
  const sum = (which: keyof Delivered) => turns.reduce((total, turn) => total + turn[which], 0);
  return { sent: sum('sent'), failed: sum('failed') };
}

/** Sends in turns, each channel separately: a slow channel has its next turn later, and delays no other. */
export interface Delivering {
  /** Starts every channel that has due deliveries and is not running. @throws ServiceError `busy` */
  turn(): Promise<void>;
  /** Resolves when no channel is running. */
  settled(): Promise<void>;
}

/** @param failed called with database errors; the next turn tries again */
export function makeDelivering(
  management: Management,
  { failed, ...options }: DeliverOptions & { readonly failed: (error: unknown) => void },
): Delivering {
  const underWay = new Map<string, Promise<void>>();
  const begin = async (channel: string) => {
    try {
      await deliverTo(management, channel, options);
    } catch (error) {
      failed(error);
    }
    underWay.delete(channel);
  };
  return {
    async turn() {
      for (const channel of await dueChannels(management.db, management.clock()))
        if (!underWay.has(channel)) underWay.set(channel, begin(channel));
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay.values());
    },
  };
}

async function dueChannels(db: Db, nowMs: number): Promise<string[]> {
  const rows = await dueRows(db, nowMs)
    .select('channel')
    .distinct()
    .limit(alertLimits.channelsDueMax)
    .execute();
  return rows.map(({ channel }) => channel);
}

/**
 * Sends the due deliveries of one channel, each at least once. A delivery is leased first, so that no other node
 * sends it meanwhile, and done only once it was sent; the lease of a node that dies expires.
 */
async function deliverTo(
  management: Management,
  channel: string,
  { allowLoopback }: DeliverOptions,
): Promise<Delivered> {
  const { db, clock } = management;
  const leased = await leaseDue(db, channel, clock());
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

/** Leases a few due deliveries of a channel to this node. */
export function leaseDue(db: Db, channel: string, nowMs: number): Promise<Delivery[]> {
  return writing(db, async transaction => {
    const due = await dueRows(transaction, nowMs)
      .selectAll()
      .where('channel', '=', channel)
      .orderBy('due_ms')
      .orderBy('id')
      .limit(recordLimits.deliveriesAtOnce)
      .execute();
    if (due.length === 0) return [];
    const leased_until_ms = nowMs + recordLimits.deliveryLeaseMs;
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
    .where('done_ms', 'is', null)
    .where('due_ms', '<=', nowMs)
    .where(query => query.or([query('leased_until_ms', 'is', null), query('leased_until_ms', '<=', nowMs)]));
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
      fob: alert.fob,
      source: alert.last_source,
      atMs: alert.last_ms,
      firstUseMs: alert.first_use_ms,
      firstUseSource: alert.first_use_source,
    }
  );
}

/** Stores the result of an attempt, unless the lease expired and another node has taken over. */
async function finish(
  db: Db,
  delivery: Delivery,
  { error, nowMs }: { readonly error: string | undefined; readonly nowMs: number },
): Promise<void> {
  const isOver = error === undefined || delivery.attempts >= recordLimits.deliveryAttempts;
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

/**
 * Returns a back-off that doubles with every attempt up to an hour, at a random point of its upper half: many failed
 * deliveries are not retried at once.
 */
export function backOffMs(attempts: number): number {
  const doubled = recordLimits.deliveryRetryMinMs * 2 ** (attempts - 1);
  const bounded = Math.min(recordLimits.deliveryRetryMaxMs, doubled);
  return bounded / 2 + randomInt(0, bounded / 2 + 1);
}

/** Deletes deliveries that were completed or given up long ago. */
export async function forgetDeliveries(db: Db, nowMs: number): Promise<void> {
  await writing(db, async transaction => {
    await transaction
      .deleteFrom('deliveries')
      .where('done_ms', '<', nowMs - recordLimits.deliveriesKeptMs)
      .execute();
  });
}
