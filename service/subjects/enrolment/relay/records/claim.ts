import { setTimeout as wait } from 'node:timers/promises';
import type { Selectable } from 'kysely';
import type { Actor } from '../../../../base/actor.ts';
import { ServiceError } from '../../../../base/errors.ts';
import { relayLimits } from '../../../../base/limits/relay.ts';
import { type Acting, actingOf } from '../../../../storage/acting.ts';
import { writing } from '../../../../storage/database/database.ts';
import type { Management } from '../../../../storage/management.ts';
import type { Schema } from '../../../../storage/schema/schema.ts';
import { RelayRefusal } from './refusal.ts';

export type ClaimedActivation = Selectable<Schema['activations']>;

/**
 * An activation claimed by one connection. Every write for it checks the claim in the same transaction: a connection
 * that has lost its claim changes nothing any more.
 */
export class Claim {
  readonly activationId: string;
  readonly actor: Actor;
  private readonly management: Management;
  private readonly relayHash: string;
  /**
   * The lease's expiry as this connection last stored it: another connection of the same relay has stored a later
   * one. Several values if it is not known which of them was stored.
   */
  private endsMs: number[];
  private turn: Promise<unknown>;
  /** The activation was used or revoked under this claim: it needs no lease any more, and cannot lose it. */
  private isThrough: boolean;

  constructor(
    management: Management,
    actor: Actor,
    claimed: { readonly activationId: string; readonly relayHash: string; readonly untilMs: number },
  ) {
    this.management = management;
    this.actor = actor;
    this.activationId = claimed.activationId;
    this.relayHash = claimed.relayHash;
    this.endsMs = [claimed.untilMs];
    this.turn = Promise.resolve();
    this.isThrough = false;
  }

  /**
   * Runs `work` in a transaction that checks the claim.
   * @param isEnd whether the result ends the activation
   * @throws RelayRefusal `not_valid` if the claim is lost: revoked, expired, or claimed by another relay
   */
  holding<T>(
    work: (acting: Acting, activation: ClaimedActivation) => Promise<T>,
    isEnd: (result: T) => boolean = () => false,
  ): Promise<T> {
    return this.inTurn(async () => {
      const result = await this.standing(work);
      if (isEnd(result)) this.isThrough = true;
      return result;
    });
  }

  /**
   * The same for the work that uses the activation.
   * @param already returns the result if it was committed but the confirmation of the database was lost
   */
  usingUp<T>(
    work: (acting: Acting, activation: ClaimedActivation) => Promise<T>,
    already: (acting: Acting, activation: ClaimedActivation, relayHash: string) => Promise<T | undefined>,
  ): Promise<T> {
    return this.inTurn(async () => {
      const result = await this.standing(work).catch(error => this.lookedUp(already, error));
      this.isThrough = true;
      return result;
    });
  }

  /** Whether the activation has ended, once current work is done: the relay is then about to be told. */
  hasEnded(): Promise<boolean> {
    return this.inTurn(async () => this.isThrough);
  }

  /** Renews the lease. @throws RelayRefusal as `holding` */
  renew(): Promise<void> {
    return this.inTurn(async () => {
      if (this.isThrough) return;
      const untilMs = await this.standing(async ({ db, atMs }, row) => {
        const later = leaseFrom(atMs, row.claimed_until_ms);
        // Added even if the confirmation of the write is lost.
        this.endsMs.push(later);
        await db
          .updateTable('activations')
          .set({ claimed_until_ms: later })
          .where('id', '=', row.id)
          .execute();
        return later;
      });
      this.endsMs = [untilMs];
    });
  }

  /** @throws the original error, if the work was not committed or its result cannot be read */
  private async lookedUp<T>(
    already: (acting: Acting, activation: ClaimedActivation, relayHash: string) => Promise<T | undefined>,
    error: unknown,
  ): Promise<T> {
    if (!(error instanceof ServiceError) || error.code !== 'busy') throw error;
    await wait(relayLimits.relayAgainMs);
    const result = await this.reading(
      async (acting, row) => row && already(acting, row, this.relayHash),
    ).catch(() => undefined);
    if (result === undefined) throw error;
    return result;
  }

  private standing<T>(work: (acting: Acting, activation: ClaimedActivation) => Promise<T>): Promise<T> {
    return this.reading((acting, row) => {
      const stands =
        row?.state === 'open' &&
        row.claim === this.relayHash &&
        this.endsMs.includes(row.claimed_until_ms ?? 0) &&
        row.expires_ms > acting.atMs;
      if (!stands) throw new RelayRefusal('not_valid', 'claim lost');
      this.endsMs = [row.claimed_until_ms ?? 0];
      return work(acting, row);
    });
  }

  private reading<T>(work: (acting: Acting, row: ClaimedActivation | undefined) => Promise<T>): Promise<T> {
    return writing(this.management.db, async db => {
      const row = await db
        .selectFrom('activations')
        .selectAll()
        .where('id', '=', this.activationId)
        .executeTakeFirst();
      return await work(actingOf({ ...this.management, db }, this.actor), row);
    });
  }

  /**
   * Releases the claim, so that another relay can claim the activation at once. Does nothing if this connection has
   * lost the claim.
   */
  async release(): Promise<void> {
    await this.inTurn(() =>
      writing(this.management.db, db =>
        db
          .updateTable('activations')
          .set({ claim: null, claimed_until_ms: null })
          .where('id', '=', this.activationId)
          .where('state', '=', 'open')
          .where('claim', '=', this.relayHash)
          .where('claimed_until_ms', 'in', this.endsMs)
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

/** Returns an expiry later than any before: no two connections ever store the same one. */
export function leaseFrom(nowMs: number, beforeMs: number | null): number {
  return Math.max(nowMs + relayLimits.relayLeaseMs, (beforeMs ?? 0) + 1);
}
