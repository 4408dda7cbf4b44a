import { recordLimits } from '../../base/limits/records.ts';

/**
 * Returns the latest moment at which a row can have been created. A row created later was written by a clock that was
 * ahead and has since gone back: it counts as expired, because it would otherwise last longer by as much as the clock
 * went back. The clocks of nodes may differ by less than the margin.
 *
 * @param nowMs milliseconds since 1970
 */
export function latestMade(nowMs: number): number {
  return nowMs + recordLimits.clockBackMs;
}

/** Returns the latest possible end of an item with this lifetime, if only its end is stored. */
export function latestEnd(nowMs: number, lifetimeMs: number): number {
  return latestMade(nowMs) + lifetimeMs;
}
