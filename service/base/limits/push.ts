/** Limits of requests to approve. */
export const pushLimits = {
  /** How long a request is open. */
  pushMs: 60_000,
  /** Numbers to compare: 0 to 99. */
  pushNumbers: 100,
  /** The cool-down of a user after they denied a request, and after they reported one. */
  pushDeniedQuietMs: 60_000,
  pushReportedQuietMs: 15 * 60_000,
  /**
   * Requests of one user, from one trusted source or from all others, without an approval within this time; then the
   * cool-down applies, too.
   */
  pushesUnapproved: 8,
  pushesUnapprovedMs: 10 * 60_000,
  /** How long a source stays trusted after its user approved a log-in from there. */
  pushFamiliarMs: 30 * 24 * 3_600_000,
  /** Requests created at once, and those that wait: in all, of one source and of one name. Any more get `busy`. */
  pushAsksAtOnce: 4,
  pushAsksWaiting: 1_024,
  pushAsksWaitingOfSource: 256,
  pushAsksWaitingOfOne: 64,
  /** Requests whose end is stored in one transaction. */
  pushesEndedAtOnce: 500,
  /** The fob's key, as long as the hash of its suite (RFC 4226 §4, R6). */
  pushSecretBytes: 32,
  /**
   * How long one redeeming call waits for a decision, and how many wait at once on one node. Beyond that number the
   * oldest wait of the largest holder ends.
   */
  pushWaitMaxMs: 20_000,
  pushWaitsAtOnce: 768,
  /**
   * Changes within this time are handled together; and how often waiters look without a notice, because notices may
   * be lost.
   */
  pushWaitGatherMs: 50,
  pushWaitLookMs: 5_000,
} as const;
