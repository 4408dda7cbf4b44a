import { recordLimits } from '../../base/limits/records.ts';

/**
 * The latest moment at which something in the database can have been made. What was made after it was written by a clock that
 * was ahead and has gone back: it is over, because it would last longer by as much as the clock went back. The clocks of nodes
 * may differ by less than the margin.
 *
 * @param nowMs milliseconds since 1970
 */
export function latestMade(nowMs: number): number {
  return nowMs + recordLimits.clockBackMs;
}

/** The latest end that something which lasts so long can have, where only its end is written down. */
export function latestEnd(nowMs: number, lifetimeMs: number): number {
  return latestMade(nowMs) + lifetimeMs;
}
