/** The bounds of jobs. Units last in the name. */
export const jobLimits = {
  /** Jobs. A lease has to outlast one transaction of a busy database many times over. */
  jobItemsMax: 100_000,
  jobItemsPerInsert: 500,
  jobItemsPerTransaction: 25,
  jobLeaseMs: 60_000,
  jobPollMs: 5_000,
  jobTitleMax: 128,
  jobsListed: 100,
  /** Jobs that are over, and their rows. */
  jobsKeptMs: 90 * 24 * 3_600_000,
} as const;
