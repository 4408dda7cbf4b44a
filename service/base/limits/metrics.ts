/** Limits of measurements. Units last in the name. */
export const metricLimits = {
  /** Upper bounds of the histogram buckets for durations (seconds) and batches (log-ins). */
  metricSecondsBounds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  metricBatchBounds: [1, 2, 4, 8, 16, 32, 64],
} as const;
