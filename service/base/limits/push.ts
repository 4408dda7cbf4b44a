/** The bounds of requests to approve. */
export const pushLimits = {
  /** How long a request is open. */
  pushMs: 60_000,
  /** Numbers to compare: 0 to 99. */
  pushNumbers: 100,
  /** How long nobody is asked for a user after they denied a request, or reported one. */
  pushDeniedQuietMs: 60_000,
  pushReportedQuietMs: 15 * 60_000,
  /**
   * Requests of one user, from one familiar source or from all others, that nobody approved within so long: then nobody is
   * asked, either.
   */
  pushesUnapproved: 8,
  pushesUnapprovedMs: 10 * 60_000,
  /** A source is familiar for so long after its user approved a log-in from there. */
  pushFamiliarMs: 30 * 24 * 3_600_000,
  /** Requests that are asked for at once, those that wait for it, of one source and of one name: more are answered by `busy`. */
  pushAsksAtOnce: 4,
  pushAsksWaiting: 1_024,
  pushAsksWaitingOfSource: 256,
  pushAsksWaitingOfOne: 64,
  /** Requests that are written down as over in one transaction. */
  pushesEndedAtOnce: 500,
  /** The fob's key: as long as the hash of its suite (RFC 4226 §4, R6). */
  pushSecretBytes: 32,
  /** How long one take waits for a decision, and how many wait at once on one node: beyond that the oldest wait of whoever has most ends. */
  pushWaitMaxMs: 20_000,
  pushWaitsAtOnce: 768,
  /** Changes within this time are looked at once; and it is looked so often where none is heard of: word of one may be lost. */
  pushWaitGatherMs: 50,
  pushWaitLookMs: 5_000,
} as const;
