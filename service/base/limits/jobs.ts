/** Limits of jobs. Units last in the name. */
export const jobLimits = {
  /** Jobs. A lease must last many times longer than one transaction of a busy database. */
  jobItemsMax: 100_000,
  jobItemsPerInsert: 500,
  jobItemsPerTransaction: 25,
  jobLeaseMs: 60_000,
  jobPollMs: 5_000,
  jobTitleMax: 128,
  jobsListed: 100,
  /** How long finished jobs and their rows are kept. */
  jobsKeptMs: 90 * 24 * 3_600_000,
} as const;
