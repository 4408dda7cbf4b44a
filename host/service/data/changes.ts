import { limits } from '../limits.ts';
import type { Store } from './store.ts';
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
  // Other nodes hear of many changes at once; one that cannot be told is not worth failing for.
  const others = throttle(limits.changeGatherMs, () => store.announce().catch(() => undefined));

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
      others.stop();
      watchers.clear();
      stopWhenAlone();
    },
  };
}
