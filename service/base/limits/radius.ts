/** Limits of RADIUS. */
export const radiusLimits = {
  /** The port of RFC 2865 §3. */
  radiusPort: 1_812,
  /** A packet (RFC 2865 §3), its header and its authenticator. */
  radiusPacketMin: 20,
  radiusPacketMax: 4_096,
  radiusAuthenticatorBytes: 16,
  /** An attribute with its type and length (RFC 2865 §5), and the most attributes that any client sends. */
  radiusAttributeMax: 255,
  radiusAttributesMax: 128,
  /** User-Password is hidden in blocks (RFC 2865 §5.2). */
  radiusPasswordMax: 128,
  /** Proxy-State: each proxy on the way adds one (RFC 2865 §5.33). The number, and the octets of all of them. */
  radiusProxyStatesMax: 16,
  radiusProxyStateBytes: 1_024,
  /** RADIUS clients, and how old a node's knowledge of them may be. */
  radiusClientsMax: 1_000,
  radiusClientsSeenMs: 1_000,
  /** The service generates shared secrets: 192 bits, in characters that every client accepts. */
  radiusSecretBytes: 24,
  /** Shortest shared secret ever accepted (RFC 2865 §3), and the longest. */
  radiusSecretMin: 16,
  radiusSecretMax: 128,
  /**
   * Requests being decided: in all, of one client and of one source of it. Any more are dropped, and the client
   * repeats them.
   */
  radiusWaiting: 2_048,
  radiusWaitingOfOne: 512,
  radiusWaitingOfSource: 256,
  /** Responses kept for repeated requests, and for how long. */
  radiusAnswersKept: 8_192,
  radiusAnswerMs: 30_000,
  /** Dropped packets are logged once in this time for each reason, with their number. */
  radiusDropLogMs: 60_000,
  /** The socket's receive buffer for the time that the process is busy. */
  radiusReceiveBytes: 1_048_576,
  /** How long an Access-Challenge, which asks for a passcode, stays open; and how many are kept. */
  radiusChallengeMs: 120_000,
  radiusChallengesKept: 65_536,
  radiusStateBytes: 24,
  /**
   * How long one request waits for a decision on the fob before the client is asked again: less than clients wait for
   * a response.
   */
  radiusPressMs: 4_000,
  /**
   * How long a response is delayed until the decision on the fob: less than the 60 s that FreeRADIUS and others wait
   * at most.
   */
  radiusHoldMs: 55_000,
  /**
   * Delayed responses: at once on one node, of one client, of one source of it, and of one name from there; how many
   * of these are reserved for users at sources from which they recently approved a log-in; and the shortest wait.
   */
  radiusPressesHeld: 512,
  radiusPressesHeldTrusted: 128,
  radiusPressesHeldOfOne: 128,
  radiusPressesHeldOfOneTrusted: 32,
  radiusPressesHeldOfSource: 32,
  radiusPressesHeldOfName: 4,
  radiusPressPauseMs: 1_000,
  radiusEndpointsMax: 8,
  /** From this length on a field may hold a PIN and a passcode. The PIN check depends on nothing else. */
  radiusJoinedMin: 9,
} as const;
