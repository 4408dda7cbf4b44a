import { FairConcurrencyLimit } from '../../base/fairness/concurrency-limit.ts';
import { pushLimits } from '../../base/limits/push.ts';
import { sourceKey } from '../../base/rate-limit.ts';
import type { Changes } from '../../storage/database/changes.ts';
import type { Db } from '../../storage/database/database.ts';
import { throttle } from '../../storage/database/throttle.ts';
import { valuesAsList } from '../../storage/queries/rows.ts';
import type { PushState } from '../../storage/schema/schema.ts';
import { toldAs } from './rows.ts';

/** Sessions that wait for a decision: one query looks for all of them when something has changed. */
export interface Waiters {
  /**
   * Begins to wait for the decision about a request. Look at the request after this, and not before. Where too many wait, the
   * oldest wait of whoever has most of them ends: of an application, of a source there, of a request from there.
   *
   * @returns undefined where nobody may wait any more
   */
  begin(about: AwaitedPush): Waiter | undefined;
  /** Ends all of them; a closing server waits for them otherwise. */
  end(): void;
}

/** What is waited for, and by whom. */
export interface AwaitedPush {
  /** Of the request. */
  readonly id: string;
  readonly applicationId: string;
  readonly source: string;
}

export interface Waiter {
  /** Resolves when the request may have been decided, after so many milliseconds, or when the signal says so. */
  until(ms: number, signal?: AbortSignal): Promise<void>;
  close(): void;
}

const told = (Object.keys(toldAs) as PushState[]).filter(state => toldAs[state] !== undefined);

/** Makes it over one node's changes, which are those of all nodes soon after. */
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
  // What cannot be read now is read when the wait is over.
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
          // One that has been given says so no more.
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

/** At every change that is told, and now and then for those that are not. @returns stops it */
function watchOver(changes: Changes, look: () => void): () => void {
  const stop = changes.watch(look);
  const timer = setInterval(look, pushLimits.pushWaitLookMs).unref();
  return () => {
    clearInterval(timer);
    stop();
  };
}
