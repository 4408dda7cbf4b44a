import { limits } from '../limits.ts';
import type { Store } from './database.ts';

/** Tells watchers that something in the database has changed: by this node at once, by another within half a second. */
export interface Changes {
  /** @returns stops watching */
  watch(changed: () => void): () => void;
  /** Called after this node has committed. */
  announce(): void;
  close(): void;
}

/** Watches a store; while nobody is watching it does nothing. */
export function watchChanges(store: Store): Changes {
  const watchers = new Set<() => void>();
  let timer: NodeJS.Timeout | undefined;
  let seenVersion = 0;

  const announce = () => {
    for (const changed of watchers) changed();
  };
  const lookForOthers = () => {
    const version = store.dataVersion();
    if (version === seenVersion) return;
    seenVersion = version;
    announce();
  };
  const stopWhenAlone = () => {
    if (watchers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };

  return {
    watch(changed) {
      if (timer === undefined) {
        seenVersion = store.dataVersion();
        timer = setInterval(lookForOthers, limits.changePollMs).unref();
      }
      watchers.add(changed);
      return () => {
        watchers.delete(changed);
        stopWhenAlone();
      };
    },
    announce,
    close() {
      watchers.clear();
      stopWhenAlone();
    },
  };
}
