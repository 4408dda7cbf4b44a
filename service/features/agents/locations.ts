import { sql } from 'kysely';
import { agentLimits } from '../../base/limits/agents.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import type { Management } from '../../storage/management.ts';
import { rowsAsTable, valuesAsList } from '../../storage/queries/rows.ts';

/** A fob that has proved itself by a connection of an agent. */
export interface LocatedFob {
  readonly fobId: string;
  /** The connection: of chance, never again. */
  readonly link: string;
  readonly port: string;
}

type Change = { readonly kind: 'came' | 'gone'; readonly fob: LocatedFob };

/**
 * By which connections fobs are reached, for all nodes. What comes within a moment is written in one transaction: after
 * a restart all agents come back at once.
 */
export class FobLocations {
  private readonly management: Management;
  private waiting: Change[];
  /** What is about to be written together, and what was before it: in this order. */
  private next: Promise<void> | undefined;
  private last: Promise<void>;

  constructor(management: Management) {
    this.management = management;
    this.waiting = [];
    this.last = Promise.resolve();
  }

  /** From now on, and until another one proves it, the fob is reached by this connection. @throws ServiceError `busy` */
  came(fob: LocatedFob): Promise<void> {
    return this.change({ kind: 'came', fob });
  }

  /** It is not any more. What another connection has written since stays. @throws ServiceError `busy` */
  gone(fob: LocatedFob): Promise<void> {
    return this.change({ kind: 'gone', fob });
  }

  /** Resolves when what was to be written is. */
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

/** What a node knows of its connections. */
export interface Reached {
  /** All of them, also those that have ended where that could not be written. */
  readonly links: readonly string[];
  /** The fobs that are proved by them, or are just being written down. */
  readonly fobs: readonly LocatedFob[];
}

/**
 * Marks a node's fobs as seen. What else is written of its connections goes: the end of a fob may not have been written while
 * the database was away. What no node has marked for a day goes as well.
 *
 * @param reached called while nobody else writes: what came before that is in it
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

/** The connections by which these fobs are reached now. */
export async function locationsOf(db: Db, fobIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await db
    .selectFrom('agent_fobs')
    .select(['fob_id', 'link'])
    .where('fob_id', 'in', valuesAsList(db, fobIds))
    .execute();
  return new Map(rows.map(({ fob_id, link }) => [fob_id, link]));
}
