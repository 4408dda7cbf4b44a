let latest = getTime();
let lost = 0;
const startedAt = latest;

/** Seconds of a clock that never goes back: where the interpreter's clock jumps back, it continues from there. */
export function seconds(): number {
  const now = getTime();
  if (now < latest) lost += latest - now;
  latest = now;
  return now + lost;
}

/** Milliseconds since boot. */
export function ms(): number {
  return Math.floor((seconds() - startedAt) * 1000);
}
