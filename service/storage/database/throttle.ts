/** Runs something soon after it is asked for, and no more often than every so often. */
export interface Throttle {
  /** Has it run: at once where it has not lately, otherwise as soon as that is over, once for all that asked. */
  soon(): void;
  /** Forgets what was asked for. */
  stop(): void;
}

/** @param everyMs from one run to the next at least; what waits for one keeps no process alive */
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
