import { databaseLimits } from '../../base/limits/database.ts';
import type { Store } from '../schema/store.ts';
import { throttle } from './throttle.ts';

/** Tells watchers that something in the database has changed: by this node at once, by another within half a second. */
export interface Changes {
  /** @returns stops watching */
  watch(changed: () => void): () => void;
  /** Called after this node has committed. */
  announce(): void;
  close(): void;
}

/** Watches a store; while nobody is watching it reads nothing. */
export function watchChanges(store: Store): Changes {
  const watchers = new Set<() => void>();
  let stopWatching: (() => void) | undefined;
  let isClosed = false;
  let again: NodeJS.Timeout | undefined;
  // Other nodes hear of many changes at once. That they cannot be told is not worth failing for, but worth trying again.
  const others = throttle(databaseLimits.changeGatherMs, () => store.announce().catch(tellLater));
  const tellLater = () => {
    clearTimeout(again);
    if (!isClosed) again = setTimeout(others.soon, databaseLimits.changeListenAgainMs).unref();
  };

  const tell = () => {
    for (const changed of watchers) changed();
  };
  const stopWhenAlone = () => {
    if (watchers.size > 0) return;
    stopWatching?.();
    stopWatching = undefined;
  };

  return {
    watch(changed) {
      stopWatching ??= store.watch(tell);
      watchers.add(changed);
      return () => {
        watchers.delete(changed);
        stopWhenAlone();
      };
    },
    announce() {
      tell();
      others.soon();
    },
    close() {
      isClosed = true;
      clearTimeout(again);
      others.stop();
      watchers.clear();
      stopWhenAlone();
    },
  };
}
