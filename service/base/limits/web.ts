/** The bounds of the HTTP side: bodies, times and connections. Units last in the name. */
export const webLimits = {
  /** Bytes of a body, where its route does not say more, and of headers. */
  bodyMaxBytes: 4_096,
  headersMaxBytes: 16_384,
  /** Fields of a form. */
  formFieldsMax: 64,
  /** Bodies of more than `bodyMaxBytes` that are being read at once, of sessions and API keys: in all, and from one source. */
  largeBodiesMaxBytes: 67_108_864,
  largeBodiesOfSourceMaxBytes: 33_685_504,
  /** The same of those that anybody may send: polls of agents. */
  publicBodiesMaxBytes: 33_554_432,
  publicBodiesOfSourceMaxBytes: 16_777_216,
  /** What is still to come of a body whose request was refused is discarded up to here; beyond, the connection ends. */
  discardedMaxBytes: 65_536,

  /**
   * Requests have to be there, headers and body, within 10 s; so do TLS handshakes. Connections are looked at twice a second,
   * so the time itself is shorter by that.
   */
  requestTimeoutMs: 9_500,
  connectionsCheckMs: 500,
  keepAliveTimeoutMs: 5_000,
  /** A client that takes nothing of an answer for so long is gone. Longer than any answer is waited for. */
  stalledMs: 90_000,

  /**
   * Connections that nobody vouches for: before their first request, between requests, and while a request without an API
   * key is under way. In all, and of one source.
   */
  connectionsMax: 1_024,
  connectionsPerSource: 256,
  /** Connections besides those and besides agents: of applications while their requests are under way. */
  knownConnectionsMax: 4_096,
  /** Open files that are kept for everything that is no connection: databases, logs, what the service connects to. */
  openFilesKept: 128,
  /** Connections there are at least, however few files the system lets the service open. */
  connectionsMin: 64,
  /** How often it is looked whether a file can be opened, and how often the log says that connections were turned away. */
  openFilesLookMs: 1_000,
  turnedAwayLogMs: 60_000,

  /** What a browser is known by that waits for a fob, in bytes of chance; and how long after the fob's time it may come for the answer. */
  autosendSessionBytes: 32,
  autosendAnsweredMs: 60_000,
  /** HTTP. How long connections may take to end once the service does. */
  socketsClosingMs: 2_000,
  retryAfterSeconds: 2,
  assetMaxAgeSeconds: 31_536_000,
  streamsMax: 16,
  streamHeartbeatMs: 20_000,
  /** Changes within this time reach a watching page as one. */
  streamGatherMs: 100,
  /** Random part of the hidden key by which a double click on the form is recognised. */
  attemptKeyBytes: 16,
  refreshWithoutScriptSeconds: 5,
  /** Token buckets: requests at once, and requests a second after that. */
  sourceBucket: { burst: 60, perSecond: 5 },
  formBucket: { burst: 30, perSecond: 0.5 },
  applicationBucket: { burst: 50_000, perSecond: 50_000 },
  /** Validations for one person's address, whichever application asks. */
  validateBucket: { burst: 200, perSecond: 50 },
  bucketsKept: 10_000,
  /** HTTP Strict Transport Security (RFC 6797 §6.1.1): half a year. */
  hstsMaxAgeSeconds: 15_552_000,
} as const;
