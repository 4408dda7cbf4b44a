import { pushLimits } from '../../base/limits/push.ts';
import type { Outcome } from '../../base/outcomes.ts';
import type { Changes } from '../../storage/database/changes.ts';
import { validating } from '../../storage/database/database.ts';
import { searchableId } from '../../storage/queries/ids.ts';
import { hashSession } from '../challenges/create.ts';
import type { ValidationContext } from '../validation/request.ts';
import { createPush, type Push, type PushRequest } from './create.ts';
import { makePerUserQueue } from './per-user-queue.ts';
import { isUndecided, nameOfAsked, type RedeemRequest, redeemPush } from './redeem.ts';
import { openStates } from './rows.ts';
import { makeWaiters } from './waiters.ts';

export type { Push, PushRequest } from './create.ts';
export type { RedeemRequest } from './redeem.ts';

/** How long a redeem may wait. */
export interface RedeemWait {
  /** Default 0; at most `pushLimits.pushWaitMaxMs`. */
  readonly waitMs?: number | undefined;
  /** Ends the wait: the client is gone. */
  readonly signal?: AbortSignal | undefined;
}

/** Creates and redeems pushes, for all routes that log users in. */
export interface Pushes {
  /** Creates a push (`createPush`). @throws ServiceError `busy` */
  ask(request: PushRequest): Promise<Push>;
  /**
   * Redeems a push, after waiting for a decision: `waiting` if there is none after the wait. Only `accepted` may let
   * anybody in, and only the session that created the push.
   *
   * @throws ServiceError `busy`, or a database error; then nothing was accepted
   */
  take(request: RedeemRequest & RedeemWait): Promise<'waiting' | Outcome>;
  /** Whether there is a decision, after waiting for one. Redeems nothing. */
  isDecided(request: RedeemRequest & RedeemWait): Promise<boolean>;
  /**
   * Returns the canonical name of the user a push is for; empty if it is for nobody. Must not be disclosed before an
   * approval.
   */
  userOf(id: string): Promise<string>;
  /** Withdraws an open request of this session; does nothing to any other. @throws ServiceError `busy` */
  withdraw(request: Pick<RedeemRequest, 'id' | 'session' | 'applicationId'>): Promise<void>;
  /** Ends all waits with `waiting`; otherwise a closing server would wait for them. */
  end(): void;
}

/** Further dependencies. */
export interface PushContext {
  readonly changes: Changes;
  /** Called with the outcome of each decided redeem. */
  readonly decided?: (outcome: Outcome) => void;
}

/** Returns `Pushes` with its dependencies. */
export function makePushes(context: ValidationContext, { changes, decided }: PushContext): Pushes {
  const waits = makeWaiters(context.db, changes);
  const inTurn = makePerUserQueue();
  const announced = <T>(result: T): T => {
    changes.announce();
    return result;
  };

  const waitFor = async (request: RedeemRequest, { waitMs = 0, signal }: RedeemWait): Promise<void> => {
    if (waitMs <= 0) return;
    const untilMs = performance.now() + Math.min(waitMs, pushLimits.pushWaitMaxMs);
    const wait = waits.begin(request);
    if (wait === undefined) return;
    try {
      if (await isUndecided(context, request)) await wait.until(untilMs - performance.now(), signal);
    } finally {
      wait.close();
    }
  };

  return {
    ask: async request => announced(await createPush(context, request, inTurn)),
    async take({ waitMs, signal, ...given }) {
      const request = { ...given, id: searchableId(given.id) };
      await waitFor(request, { waitMs, signal });
      if (await isUndecided(context, request)) return 'waiting';
      const outcome = announced(await redeemPush(context, request));
      if (outcome !== 'waiting') decided?.(outcome);
      return outcome;
    },
    async isDecided({ waitMs, signal, ...given }) {
      const request = { ...given, id: searchableId(given.id) };
      await waitFor(request, { waitMs, signal });
      return !(await isUndecided(context, request));
    },
    userOf: id => nameOfAsked(context.db, searchableId(id)),
    withdraw: async request => announced(await withdrawPush(context, request)),
    end: () => waits.end(),
  };
}

/** Ends a request of a session that is undecided, or approved and not redeemed. */
async function withdrawPush(
  { db, clock }: Pick<ValidationContext, 'db' | 'clock'>,
  { id, session, applicationId }: Pick<RedeemRequest, 'id' | 'session' | 'applicationId'>,
): Promise<void> {
  await validating(db, transaction =>
    transaction
      .updateTable('pushes')
      .set({ state: 'withdrawn', decided_ms: clock() })
      .where('id', '=', searchableId(id))
      .where('kind', '=', 'login')
      .where('application_id', '=', applicationId)
      .where('session_hash', '=', hashSession(session))
      // Failed and superseded requests look open to the session.
      .where('state', 'in', [...openStates, 'approved', 'failed', 'superseded'])
      .where('expires_ms', '>', clock())
      .execute(),
  );
}
