/** Runs a function soon after it is requested, but not more often than a minimum interval. */
export interface Throttle {
  /**
   * Requests a run: at once if the last one was long enough ago, otherwise after the interval, once for all requests.
   */
  soon(): void;
  /** Cancels the request. */
  stop(): void;
}

/** @param everyMs minimum interval between two runs; a pending run keeps no process alive */
export function throttle(everyMs: number, run: () => void): Throttle {
  let timer: NodeJS.Timeout | undefined;
  let nextMs = 0;
  const now = () => {
    timer = undefined;
    nextMs = performance.now() + everyMs;
    run();
  };
  return {
    soon() {
      timer ??= setTimeout(now, Math.max(0, nextMs - performance.now())).unref();
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
