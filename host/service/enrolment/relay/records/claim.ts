import type { Selectable } from 'kysely';
import { writing } from '../../../data/database.ts';
import type { Schema } from '../../../data/schema.ts';
import { limits } from '../../../limits.ts';
import type { Management } from '../../../management.ts';
import type { Actor } from '../../../people/actor.ts';
import { type Acting, actingOf } from '../../../tokens/acting.ts';
import { RelayRefusal } from '../refusal.ts';

export type ActivationRow = Selectable<Schema['activations']>;

/**
 * An activation in the hands of one connection. Everything that is written for it is written while the claim is seen to
 * stand, in the same transaction: a connection that lost it changes nothing any more.
 */
export class Claim {
  readonly activationId: string;
  readonly actor: Actor;
  private readonly management: Management;
  private readonly relayHash: string;
  /** The lease's end as this connection last wrote it: another connection of the same relay has written a later one. */
  private untilMs: number;
  private turn: Promise<unknown>;
  private isUsedUp: boolean;

  constructor(
    management: Management,
    actor: Actor,
    claimed: { readonly activationId: string; readonly relayHash: string; readonly untilMs: number },
  ) {
    this.management = management;
    this.actor = actor;
    this.activationId = claimed.activationId;
    this.relayHash = claimed.relayHash;
    this.untilMs = claimed.untilMs;
    this.turn = Promise.resolve();
    this.isUsedUp = false;
  }

  /**
   * Runs `work` in a transaction in which the claim stands.
   * @throws RelayRefusal `not_valid` where it does not: revoked, expired, or another has it
   */
  holding<T>(work: (acting: Acting, activation: ActivationRow) => Promise<T>): Promise<T> {
    return this.inTurn(() => this.standing(work));
  }

  /** The same for the work that uses the activation up: from then on no lease is needed, and none can be lost. */
  usingUp<T>(work: (acting: Acting, activation: ActivationRow) => Promise<T>): Promise<T> {
    return this.inTurn(async () => {
      const result = await this.standing(work);
      this.isUsedUp = true;
      return result;
    });
  }

  /** Makes the lease last. @throws RelayRefusal as `holding` */
  renew(): Promise<void> {
    return this.inTurn(async () => {
      if (this.isUsedUp) return;
      this.untilMs = await this.standing(async ({ db, atMs }, row) => {
        const later = leaseFrom(atMs, row.claimed_until_ms);
        await db
          .updateTable('activations')
          .set({ claimed_until_ms: later })
          .where('id', '=', row.id)
          .execute();
        return later;
      });
    });
  }

  private standing<T>(work: (acting: Acting, activation: ActivationRow) => Promise<T>): Promise<T> {
    return writing(this.management.db, async db => {
      const acting = actingOf({ ...this.management, db }, this.actor);
      const row = await db
        .selectFrom('activations')
        .selectAll()
        .where('id', '=', this.activationId)
        .executeTakeFirst();
      const stands =
        row?.state === 'open' &&
        row.claim === this.relayHash &&
        row.claimed_until_ms === this.untilMs &&
        row.expires_ms > acting.atMs;
      if (!stands) throw new RelayRefusal('not_valid', 'claim lost');
      return work(acting, row);
    });
  }

  /** Lets another relay have it at once. Nothing where it is not this connection's any more. */
  async release(): Promise<void> {
    await this.inTurn(() =>
      writing(this.management.db, db =>
        db
          .updateTable('activations')
          .set({ claim: null, claimed_until_ms: null })
          .where('id', '=', this.activationId)
          .where('state', '=', 'open')
          .where('claim', '=', this.relayHash)
          .where('claimed_until_ms', '=', this.untilMs)
          .execute(),
      ),
    );
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }
}

/** A later end than any before: no two connections ever have the same. */
export function leaseFrom(nowMs: number, beforeMs: number | null): number {
  return Math.max(nowMs + limits.relayLeaseMs, (beforeMs ?? 0) + 1);
}
