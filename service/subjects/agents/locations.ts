import { sql } from 'kysely';
import { agentLimits } from '../../base/limits/agents.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import type { Management } from '../../storage/management.ts';
import { rowsAsTable, valuesAsList } from '../../storage/queries/rows.ts';

/** A fob that has proved itself over the connection of an agent. */
export interface LocatedFob {
  readonly fobId: string;
  /** The connection's id: random, never reused. */
  readonly link: string;
  readonly port: string;
}

type Change = { readonly kind: 'came' | 'gone'; readonly fob: LocatedFob };

/**
 * Stores over which connections fobs are reached, for all nodes. Changes that come within a moment are written in one
 * transaction: after a restart all agents reconnect at once.
 */
export class FobLocations {
  private readonly management: Management;
  private waiting: Change[];
  /** The next batch of changes and the batch before it, written in this order. */
  private next: Promise<void> | undefined;
  private last: Promise<void>;

  constructor(management: Management) {
    this.management = management;
    this.waiting = [];
    this.last = Promise.resolve();
  }

  /** Stores that the fob is reached over this connection until another one proves it. @throws ServiceError `busy` */
  came(fob: LocatedFob): Promise<void> {
    return this.change({ kind: 'came', fob });
  }

  /** Removes the location. A location that another connection has stored since stays. @throws ServiceError `busy` */
  gone(fob: LocatedFob): Promise<void> {
    return this.change({ kind: 'gone', fob });
  }

  /** Resolves when all changes have been written. */
  async settled(): Promise<void> {
    await this.next?.catch(() => undefined);
    await this.last.catch(() => undefined);
  }

  private change(change: Change): Promise<void> {
    this.waiting.push(change);
    this.next ??= this.writeSoon();
    return this.next;
  }

  private async writeSoon(): Promise<void> {
    await new Promise(resolve => setTimeout(resolve, agentLimits.agentGatherMs));
    await this.last.catch(() => undefined);
    const changes = this.waiting.splice(0);
    this.next = undefined;
    this.last = this.write(changes);
    await this.last;
  }

  private write(changes: readonly Change[]): Promise<void> {
    const atMs = this.management.clock();
    return writing(this.management.db, async db => {
      for (const { kind, fob } of changes)
        await (kind === 'came' ? keepLink(db, fob, atMs) : dropLink(db, fob));
    });
  }
}

async function keepLink(db: Db, { fobId, link, port }: LocatedFob, atMs: number): Promise<void> {
  const row = { link, port, since_ms: atMs, seen_ms: atMs };
  await db
    .insertInto('agent_fobs')
    .values({ fob_id: fobId, ...row })
    .onConflict(conflict => conflict.column('fob_id').doUpdateSet(row))
    .execute();
}

async function dropLink(db: Db, { fobId, link }: LocatedFob): Promise<void> {
  await db.deleteFrom('agent_fobs').where('fob_id', '=', fobId).where('link', '=', link).execute();
}

/** The connections and fobs of a node. */
export interface Reached {
  /** All connections, including ended ones whose end could not be stored. */
  readonly links: readonly string[];
  /** The fobs proved over these connections, or whose location is being stored. */
  readonly fobs: readonly LocatedFob[];
}

/**
 * Stores that a node's fobs were seen. All other locations of its connections are deleted, because the end of a fob
 * may not have been stored while the database was away. Locations that no node has refreshed for a day are deleted as
 * well.
 *
 * @param reached called while nobody else writes: it includes all earlier changes
 */
export async function markSeen(db: Db, reached: () => Reached, nowMs: number): Promise<void> {
  await writing(db, async acting => {
    const { links, fobs } = reached();
    const rows = fobs.map(({ fobId, link }) => [fobId, link]);
    const known = sql`(select fob_id, link from ${rowsAsTable(acting, { fob_id: 'text', link: 'text' }, rows)} as known)`;
    const isReached = sql<boolean>`(fob_id, link) in ${known}`;
    await acting.updateTable('agent_fobs').set({ seen_ms: nowMs }).where(isReached).execute();
    await acting
      .deleteFrom('agent_fobs')
      .where('link', 'in', valuesAsList(acting, links))
      .where(where => where.not(isReached))
      .execute();
    await acting
      .deleteFrom('agent_fobs')
      .where('seen_ms', '<', nowMs - agentLimits.agentSeenKeptMs)
      .execute();
  });
}

/** Returns the connections over which these fobs are reached now. */
export async function locationsOf(db: Db, fobIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await db
    .selectFrom('agent_fobs')
    .select(['fob_id', 'link'])
    .where('fob_id', 'in', valuesAsList(db, fobIds))
    .execute();
  return new Map(rows.map(({ fob_id, link }) => [fob_id, link]));
}
