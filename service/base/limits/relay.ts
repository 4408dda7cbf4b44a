/** Bounds of relays that enrol fobs. Units last in the name. */
export const relayLimits = {
  /** Connections at once, on one node: in all, and from one source. */
  relaysMax: 256,
  relaysPerSource: 32,
  relayBucket: { burst: 40, perSecond: 0.5 },
  /** No other relay may have an activation for so long after the last sign of the one that has it. */
  relayLeaseMs: 30_000,
  relayRenewMs: 10_000,
  /** After a lost database it is looked once whether the activation was used up. */
  relayAgainMs: 1_000,
  /** From the connection to the code. */
  relayOpeningMs: 15_000,
  /** How long a fob, a typed code or a PIN is waited for. */
  relayWaitMs: 10 * 60_000,
  relayLifeMs: 45 * 60_000,
  /** After its time a pairing code has gone out for sure; an end that is later by so much is that of another code. */
  codeOutMs: 1_000,
  codeSameMs: 5_000,
  /** Nobody types a new code within this time; one of before may be that long on its way. */
  codeLateMs: 3_000,
  /** Codes of one blank fob on one connection. */
  codesMax: 20,
  relayPingMs: 20_000,
  /** What a relay may send: messages at once and a second, and characters in all. */
  relayMessageBucket: { burst: 2_000, perSecond: 400 },
  relayCharsMax: 8_388_608,
  relayBufferedMax: 65_536,
  /** Fobs plugged in on one connection, the same one again included. */
  relayPlugsMax: 60,
  /** Runs that a wrong fob or a wrong pairing code ended, until the activation is revoked. */
  activationAttemptsMax: 10,
  /** Refused runs of one user that the audit takes within such a time. */
  refusalsRecorded: 30,
  refusalsRecordedMs: 3_600_000,
  /** Opens the user's page once, within this time. */
  ticketMs: 5 * 60_000,
  pinPollMs: 1_000,
  /** How often a person is asked again who did not press, or declined. */
  pressesAskedMax: 3,
  /** A trusted clock that is further off is set before a passcode is made by it. */
  fobClockErrorMaxMs: 15_000,
  /** Secrets of pairings that were cut off: of one fob, and for how long. */
  fobPairingsKept: 8,
  fobPairingsKeptMs: 90 * 24 * 3_600_000,
} as const;
