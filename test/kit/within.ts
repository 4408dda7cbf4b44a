/**
 * Returns the result of `work`.
 * @throws `sentence()` and the time, where it does not come in time; `work` itself goes on
 */
export async function within<T>(work: Promise<T>, ms: number, sentence: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${sentence()} within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
