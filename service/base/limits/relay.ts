/** Limits of relays that enrol fobs. Units last in the name. */
export const relayLimits = {
  /** Concurrent connections on one node whose activation code was accepted: in all, and from one source. */
  relaysMax: 256,
  relaysPerSource: 32,
  /** Those without an accepted code: at a limit, the oldest of the source with most gives way. */
  relaysUnopenedMax: 1_024,
  relaysUnopenedPerSource: 32,
  relayBucket: { burst: 40, perSecond: 0.5 },
  /** After the last renewal by a relay, no other relay may use its activation for this long. */
  relayLeaseMs: 30_000,
  relayRenewMs: 10_000,
  /** After a database failure the service waits this long, then checks once whether the activation was used up. */
  relayAgainMs: 1_000,
  /** From the connection to the activation code. */
  relayOpeningMs: 15_000,
  /** How long the service waits for a fob, a typed code or a PIN. */
  relayWaitMs: 10 * 60_000,
  relayLifeMs: 45 * 60_000,
  /**
   * This long after its expiry a pairing code is gone from the screen; an expiry later by the second value belongs to
   * another code.
   */
  codeOutMs: 1_000,
  codeSameMs: 5_000,
  /** Nobody types a new code within this time; a code that arrives sooner may be the one before it. */
  codeLateMs: 3_000,
  /** Pairing codes of one blank fob on one connection. */
  codesMax: 20,
  relayPingMs: 20_000,
  /** Traffic from a relay: messages with a burst and a rate, and characters in all. */
  relayMessageBucket: { burst: 2_000, perSecond: 400 },
  relayCharsMax: 8_388_608,
  relayBufferedMax: 65_536,
  /** Plug-ins of fobs on one connection, those of the same fob included. */
  relayPlugsMax: 60,
  /** Runs ended by a wrong fob or a wrong pairing code, after which the activation is revoked. */
  activationAttemptsMax: 10,
  /** Refused runs of one user that the audit records within this time. */
  refusalsRecorded: 30,
  refusalsRecordedMs: 3_600_000,
  /** How long a ticket that opens the user's page once is valid. */
  ticketMs: 5 * 60_000,
  pinPollMs: 1_000,
  /** How often a person who did not hold the button, or declined, is asked again. */
  pressesAskedMax: 3,
  /** A trusted clock with a larger error is set before a passcode is computed from it. */
  fobClockErrorMaxMs: 15_000,
  /** Secrets of interrupted pairings: how many of one fob, and for how long. */
  fobPairingsKept: 8,
  fobPairingsKeptMs: 90 * 24 * 3_600_000,
} as const;
