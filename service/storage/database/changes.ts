import { databaseLimits } from '../../base/limits/database.ts';
import type { Store } from '../schema/store.ts';
import { throttle } from './throttle.ts';

/** Notifies watchers of database changes: of this node's at once, of other nodes' within half a second. */
export interface Changes {
  /** @returns a function that stops watching */
  watch(changed: () => void): () => void;
  /** Call this after this node has committed. */
  announce(): void;
  close(): void;
}

/** Watches a store; without watchers it reads nothing. */
export function watchChanges(store: Store): Changes {
  const watchers = new Set<() => void>();
  let stopWatching: (() => void) | undefined;
  let isClosed = false;
  let again: NodeJS.Timeout | undefined;
  // Other nodes are notified of many changes at once. A failed notification is not an error, but is tried again.
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
