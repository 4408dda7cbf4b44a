/** Limits of the HTTP side: bodies, times and connections. Units last in the name. */
export const webLimits = {
  /** Bytes of a body, unless its route allows more, and of headers. */
  bodyMaxBytes: 4_096,
  headersMaxBytes: 16_384,
  /** Fields of a form. */
  formFieldsMax: 64,
  /**
   * Bodies above `bodyMaxBytes` from sessions and API keys that are being read at once: in all, and from one source.
   */
  largeBodiesMaxBytes: 67_108_864,
  largeBodiesOfSourceMaxBytes: 33_685_504,
  /** The same for bodies that anybody may send: polls of agents. */
  publicBodiesMaxBytes: 33_554_432,
  publicBodiesOfSourceMaxBytes: 16_777_216,
  /**
   * After a refused request up to this much of the rest of its body is discarded; beyond, the connection is closed.
   */
  discardedMaxBytes: 65_536,
  /** The pieces (chunks or packets) in which a body may arrive: so many, and one more for each of so many bytes. */
  bodyPiecesMin: 256,
  bodyPieceBytes: 256,
  /** Requests of one connection without a finished response. */
  pipelinedMax: 16,

  /**
   * Requests must arrive, headers and body, within 10 s, and TLS handshakes must end. Connections are checked twice a
   * second, so this value is shorter by that.
   */
  requestTimeoutMs: 9_500,
  connectionsCheckMs: 500,
  keepAliveTimeoutMs: 5_000,
  /**
   * A connection on which nothing moves for this long ends. The value is longer than any wait for a response.
   */
  stalledMs: 90_000,
  /** How long a client may take for a whole response: this, and the time that this rate needs. */
  unreadMs: 10_000,
  unreadBytesPerSecond: 16_384,

  /**
   * Connections without a proved API key: before their first request, between requests, and during a request without
   * such a key. In all, and from one source.
   */
  connectionsMax: 1_024,
  connectionsPerSource: 256,
  /** Connections besides those and besides agents: of applications during their requests. */
  knownConnectionsMax: 4_096,
  /** Open files reserved for other uses than incoming connections: databases, logs, outgoing connections. */
  openFilesKept: 128,
  /** The fewest connections, even if the system lets the service open few files. */
  connectionsMin: 64,
  /** How often the service tests whether it can open a file, and how often it logs refused connections. */
  openFilesLookMs: 1_000,
  turnedAwayLogMs: 60_000,

  /**
   * Random bytes that identify a browser that waits for a fob; and how long after the fob's time it may fetch the
   * result.
   */
  autosendSessionBytes: 32,
  autosendAnsweredMs: 60_000,
  /** HTTP. How long connections may take to end when the service stops. */
  socketsClosingMs: 2_000,
  retryAfterSeconds: 2,
  assetMaxAgeSeconds: 31_536_000,
  streamsMax: 16,
  streamHeartbeatMs: 20_000,
  /** Changes within this time are sent to a watching page together. */
  streamGatherMs: 100,
  /** Random part of the form's hidden key, which detects a double click. */
  attemptKeyBytes: 16,
  refreshWithoutScriptSeconds: 5,
  /** Token buckets: burst, and requests a second after that. */
  sourceBucket: { burst: 60, perSecond: 5 },
  formBucket: { burst: 30, perSecond: 0.5 },
  applicationBucket: { burst: 50_000, perSecond: 50_000 },
  /** Validations for the address of one end user, over all applications. */
  validateBucket: { burst: 200, perSecond: 50 },
  bucketsKept: 10_000,
  /** HTTP Strict Transport Security (RFC 6797 §6.1.1): half a year. */
  hstsMaxAgeSeconds: 15_552_000,
} as const;
