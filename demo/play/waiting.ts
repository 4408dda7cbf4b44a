/** How long to wait, and the error after that. */
export interface WaitLimit {
  readonly timeoutMs: number;
  readonly tooLate: Error;
}

/**
 * Returns the result of `work`, unless `stop` is aborted or the time limit passes first; then throws its reason.
 * @param stop aborted with an error as its reason
 */
export async function unlessStopped<T>(
  work: Promise<T>,
  stop: AbortSignal,
  { timeoutMs, tooLate }: WaitLimit,
): Promise<T> {
  let end = (_error: unknown) => {};
  const ended = new Promise<never>((_, reject) => {
    end = reject;
  });
  const onStop = () => end(stop.reason);
  const timer = setTimeout(() => end(tooLate), timeoutMs);
  if (stop.aborted) onStop();
  else stop.addEventListener('abort', onStop, { once: true });
  try {
    return await Promise.race([work, ended]);
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', onStop);
  }
}

/** Resolves when `stop` is aborted. */
export function stopped(stop: AbortSignal): Promise<void> {
  if (stop.aborted) return Promise.resolve();
  return new Promise(resolve => stop.addEventListener('abort', () => resolve(), { once: true }));
}
