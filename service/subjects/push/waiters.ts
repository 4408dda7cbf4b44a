import { FairConcurrencyLimit } from '../../base/fairness/concurrency-limit.ts';
import { pushLimits } from '../../base/limits/push.ts';
import { sourceKey } from '../../base/rate-limit.ts';
import type { Changes } from '../../storage/database/changes.ts';
import type { Db } from '../../storage/database/database.ts';
import { throttle } from '../../storage/database/throttle.ts';
import { valuesAsList } from '../../storage/queries/rows.ts';
import type { PushState } from '../../storage/schema/schema.ts';
import { toldAs } from './rows.ts';

/** Sessions that wait for a decision: after a change, one query serves all of them. */
export interface Waiters {
  /**
   * Registers a waiter for the decision about a request. Read the request after this call, not before. If there are
   * too many waiters, the oldest wait of the largest group ends: by application, then source, then request.
   *
   * @returns undefined if no more waiting is allowed
   */
  begin(about: AwaitedPush): Waiter | undefined;
  /** Ends all waits; otherwise a closing server would wait for them. */
  end(): void;
}

/** The awaited request, and who waits for it. */
export interface AwaitedPush {
  /** The id of the request. */
  readonly id: string;
  readonly applicationId: string;
  readonly source: string;
}

export interface Waiter {
  /** Resolves when the request may have been decided, after so many milliseconds, or when the signal aborts. */
  until(ms: number, signal?: AbortSignal): Promise<void>;
  close(): void;
}

const told = (Object.keys(toldAs) as PushState[]).filter(state => toldAs[state] !== undefined);

/** Creates the waiters from one node's changes, which soon include those of all nodes. */
export function makeWaiters(db: Db, changes: Changes): Waiters {
  const places = new FairConcurrencyLimit([{ most: pushLimits.pushWaitsAtOnce }]);
  const waiting = new Map<symbol, { readonly id: string; wake: () => void }>();
  let stopWatching: (() => void) | undefined;
  let isClosed = false;

  const look = async () => {
    const ids = [...new Set([...waiting.values()].map(({ id }) => id))];
    const decided = await db
      .selectFrom('pushes')
      .select('id')
      .where('id', 'in', valuesAsList(db, ids))
      .where('state', 'in', told)
      .execute();
    const over = new Set(decided.map(({ id }) => id));
    for (const one of waiting.values()) if (over.has(one.id)) one.wake();
  };
  // If the database cannot be read now, the request is read when the wait ends.
  const looking = throttle(pushLimits.pushWaitGatherMs, () => look().catch(() => undefined));

  return {
    begin({ id, applicationId, source }) {
      const place = isClosed ? undefined : places.enter({ path: [applicationId, sourceKey(source), id] });
      if (place === undefined) return undefined;
      const key = Symbol(id);
      let wake: () => void = () => undefined;
      const woken = new Promise<void>(resolve => {
        wake = resolve;
      });
      place.ended.addEventListener('abort', wake);
      stopWatching ??= watchOver(changes, looking.soon);
      waiting.set(key, { id, wake });
      return {
        async until(ms, signal) {
          // An aborted signal does not fire again.
          if (signal?.aborted === true) return;
          const timer = setTimeout(wake, Math.max(0, ms));
          signal?.addEventListener('abort', wake);
          await woken;
          clearTimeout(timer);
          signal?.removeEventListener('abort', wake);
        },
        close() {
          place.leave();
          waiting.delete(key);
          if (waiting.size > 0) return;
          looking.stop();
          stopWatching?.();
          stopWatching = undefined;
        },
      };
    },
    end() {
      isClosed = true;
      for (const { wake } of waiting.values()) wake();
    },
  };
}

/** Looks after every announced change, and periodically for unannounced ones. @returns a function that stops it */
function watchOver(changes: Changes, look: () => void): () => void {
  const stop = changes.watch(look);
  const timer = setInterval(look, pushLimits.pushWaitLookMs).unref();
  return () => {
    clearInterval(timer);
    stop();
  };
}
