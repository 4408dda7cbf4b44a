/** How long to wait, and what to say then. */
export interface WaitLimit {
  readonly timeoutMs: number;
  readonly tooLate: Error;
}

/**
 * What `work` comes to, unless `stop` or the end of patience comes first: then its reason is thrown.
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
