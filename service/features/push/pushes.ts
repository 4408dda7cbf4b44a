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

/** How long a take may wait. */
export interface RedeemWait {
  /** Default 0; at most `pushLimits.pushWaitMaxMs` is waited. */
  readonly waitMs?: number | undefined;
  /** Ends the wait: whoever asked is gone. */
  readonly signal?: AbortSignal | undefined;
}

/** The asking side of requests to approve, for whatever lets people in. */
export interface Pushes {
  /** Asks (`askPush`). @throws ServiceError `busy` */
  ask(request: PushRequest): Promise<Push>;
  /**
   * Takes what was decided, after a wait where nothing is decided yet: `waiting` where nothing is after it, too. Only
   * `accepted` may let anybody in, and only the session that asked.
   *
   * @throws ServiceError `busy`, or a database error; then nothing was accepted
   */
  take(request: RedeemRequest & RedeemWait): Promise<'waiting' | Outcome>;
  /** Whether there is something to take, after a wait where there is nothing yet. Takes nothing. */
  isDecided(request: RedeemRequest & RedeemWait): Promise<boolean>;
  /** Whom it is for, by the name that the service has; empty where that is nobody. Nothing to be told before a yes. */
  userOf(id: string): Promise<string>;
  /** Ends a request of this session that is still open; does nothing about any other. @throws ServiceError `busy` */
  withdraw(request: Pick<RedeemRequest, 'id' | 'session' | 'applicationId'>): Promise<void>;
  /** Ends all waits, with `waiting`; a closing server waits for them otherwise. */
  end(): void;
}

/** What it works with besides. */
export interface PushContext {
  readonly changes: Changes;
  /** Told what became of each take that was decided. */
  readonly decided?: (outcome: Outcome) => void;
}

/** The asking side with what it works with. */
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

/** Ends a request of a session that nobody has decided, or that was approved and not taken. */
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
      // One that failed, or that another took the place of, looks open to it.
      .where('state', 'in', [...openStates, 'approved', 'failed', 'superseded'])
      .where('expires_ms', '>', clock())
      .execute(),
  );
}
