import { setTimeout as wait } from 'node:timers/promises';
import type { Selectable } from 'kysely';
import type { Actor } from '../../../../base/actor.ts';
import { ServiceError } from '../../../../base/errors.ts';
import { relayLimits } from '../../../../base/limits/relay.ts';
import { writing } from '../../../../storage/database/database.ts';
import type { Management } from '../../../../storage/management.ts';
import type { Schema } from '../../../../storage/schema/schema.ts';
import { type Acting, actingOf } from '../../../tokens/acting.ts';
import { RelayRefusal } from './refusal.ts';

export type ClaimedActivation = Selectable<Schema['activations']>;

/**
 * An activation in the hands of one connection. Everything that is written for it is written while the claim is seen to
 * stand, in the same transaction: a connection that lost it changes nothing any more.
 */
export class Claim {
  readonly activationId: string;
  readonly actor: Actor;
  private readonly management: Management;
  private readonly relayHash: string;
  /**
   * The lease's end as this connection last wrote it: another connection of the same relay has written a later one. Several
   * where nobody was told which of them was written.
   */
  private endsMs: number[];
  private turn: Promise<unknown>;
  /** Used up, or revoked in its hands: no lease is needed any more, and none can be lost. */
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
   * Runs `work` in a transaction in which the claim stands.
   * @param isEnd whether what came of it is the end of the activation
   * @throws RelayRefusal `not_valid` where it does not: revoked, expired, or another has it
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
   * The same for the work that uses the activation up.
   * @param already what came of it where it was written, and a lost database did not say so
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

  /** Whether the activation has come to its end, once what is under way is over: the word of it is on its way. */
  hasEnded(): Promise<boolean> {
    return this.inTurn(async () => this.isThrough);
  }

  /** Makes the lease last. @throws RelayRefusal as `holding` */
  renew(): Promise<void> {
    return this.inTurn(async () => {
      if (this.isThrough) return;
      const untilMs = await this.standing(async ({ db, atMs }, row) => {
        const later = leaseFrom(atMs, row.claimed_until_ms);
        // Whether or not anybody is told that it was written.
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

  /** @throws what the work has thrown, where it was not written or cannot be looked at */
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

/** A later end than any before: no two connections ever have written the same. */
export function leaseFrom(nowMs: number, beforeMs: number | null): number {
  return Math.max(nowMs + relayLimits.relayLeaseMs, (beforeMs ?? 0) + 1);
}
