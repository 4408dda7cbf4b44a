const startedAt = getTime();

/** Milliseconds since boot. */
export function ms(): number {
  return Math.floor((getTime() - startedAt) * 1000);
}
