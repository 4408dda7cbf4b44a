/** The work of a processor since it was made. */
export interface ProcessorCounters {
  /** Ticks in WFI or WFE, deep sleep not counted. */
  ticksAsleep: number;
  ticksInDeepSleep: number;
  /** Ticks of idle loops that were skipped. */
  ticksSkipped: number;
  /** How often each exception was taken, by its number. */
  readonly exceptions: number[];
  /** Exceptions that followed another without a frame between them. */
  tailChained: number;
  /** Exceptions that overtook another while its frame was pushed. */
  lateArrivals: number;
  /** The lowest address that a frame was pushed to; infinite before the first. */
  deepestStack: number;
}

export function createCounters(): ProcessorCounters {
  return {
    ticksAsleep: 0,
    ticksInDeepSleep: 0,
    ticksSkipped: 0,
    exceptions: [],
    tailChained: 0,
    lateArrivals: 0,
    deepestStack: Number.POSITIVE_INFINITY,
  };
}
