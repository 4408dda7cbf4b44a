/** The bounds of RADIUS. */
export const radiusLimits = {
  /** The port of RFC 2865 §3. */
  radiusPort: 1_812,
  /** A packet (RFC 2865 §3), its header and its authenticator. */
  radiusPacketMin: 20,
  radiusPacketMax: 4_096,
  radiusAuthenticatorBytes: 16,
  /** An attribute with its type and length (RFC 2865 §5), and as many as any client sends. */
  radiusAttributeMax: 255,
  radiusAttributesMax: 128,
  /** User-Password is hidden in blocks (RFC 2865 §5.2). */
  radiusPasswordMax: 128,
  /** Every proxy on the way adds one (RFC 2865 §5.33): so many proxies, and so many octets of all of them. */
  radiusProxyStatesMax: 16,
  radiusProxyStateBytes: 1_024,
  /** Who may ask, and how old what a node knows of them may be. */
  radiusClientsMax: 1_000,
  radiusClientsSeenMs: 1_000,
  /** Shared secrets are made by the service: 192 bits, in characters that every client takes. */
  radiusSecretBytes: 24,
  /** Shortest one ever taken (RFC 2865 §3), and the longest. */
  radiusSecretMin: 16,
  radiusSecretMax: 128,
  /** Requests being decided, in all, of one client and of one source of it; more are dropped, and come again. */
  radiusWaiting: 2_048,
  radiusWaitingOfOne: 512,
  radiusWaitingOfSource: 256,
  /** Answers kept for requests that come again, and for how long. */
  radiusAnswersKept: 8_192,
  radiusAnswerMs: 30_000,
  /** Log lines about packets that were dropped: one a minute for each reason, with their number. */
  radiusDropLogMs: 60_000,
  /** What the socket may hold while the process is busy. */
  radiusReceiveBytes: 1_048_576,
  /** How long the answer to an Access-Challenge is waited for, which asks for a passcode yet to come; and how many are kept. */
  radiusChallengeMs: 120_000,
  radiusChallengesKept: 65_536,
  radiusStateBytes: 24,
  /** How long one request waits for a press before the client is asked again: less than clients wait for an answer. */
  radiusPressMs: 4_000,
  /** How long an answer is held until the press: less than the 60 s that FreeRADIUS and others wait at most. */
  radiusHoldMs: 55_000,
  /**
   * Answers held at once, on one node, of one client there, of one source of it, and of one name from there; how many of these
   * are only for users at sources from which they approved a log-in lately; and how long a wait is at least.
   */
  radiusPressesHeld: 512,
  radiusPressesHeldTrusted: 128,
  radiusPressesHeldOfOne: 128,
  radiusPressesHeldOfOneTrusted: 32,
  radiusPressesHeldOfSource: 32,
  radiusPressesHeldOfName: 4,
  radiusPressPauseMs: 1_000,
  radiusEndpointsMax: 8,
  /** A field of this length or more can hold a PIN besides a passcode: whether one is looked at depends on nothing else. */
  radiusJoinedMin: 9,
} as const;
