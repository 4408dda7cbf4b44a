/** Every bound, size and time of the service. Units last in the name. */
export const limits = {
  /** Longest user name, in UTF-16 units after preparation. */
  userNameMax: 128,
  /** Longest text taken from a passcode field; longer requests are malformed, not wrong. */
  passcodeFieldMax: 64,
  /** Shortest and longest decimal passcode (RFC 4226 §5.3; ten digits are left to OCRA). */
  digitsMin: 6,
  digitsMax: 8,
  /** Shortest shared secret (RFC 4226 §4, R6: 128 bits) and the longest one imported. */
  secretMinBytes: 16,
  secretMaxBytes: 128,
  issuerMaxBytes: 32,
  labelMaxBytes: 32,
  serialMax: 64,
  periodMinSeconds: 15,
  periodMaxSeconds: 300,
  periodDefaultSeconds: 30,
  digitsDefault: 6,
  /** HOTP look-ahead: the expected counter and the next two (RFC 4226 §7.4, parameter s). */
  hotpWindowSteps: 3,
  /** TOTP: one step before and one after the expected step (RFC 6238 §5.2). */
  totpSkewSteps: 1,
  /** A recorded drift never grows past this; beyond it the fob's clock must be set again (RFC 6238 §6). */
  driftMaxSteps: 10,
  /** Every token costs this many HMACs, whatever its kind and drift, so that work tells nothing. */
  evaluationsPerToken: 6,
  /** The last counter that leaves room for the window below 2^53, where a JavaScript number stays exact. */
  counterMax: Number.MAX_SAFE_INTEGER - 16,
  tokensPerUserMax: 8,
  /** Accepted passcodes remembered per token, to tell a replay from a wrong code. */
  spentPerTokenKept: 32,

  /** Consecutive failures that lock an account, and for how long. */
  lockThreshold: 3,
  lockPeriodMs: 15 * 60_000,
  lockThresholdMax: 100,
  lockPeriodMaxMs: 7 * 24 * 3_600_000,

  /** How long a repeated request still gets its first answer. */
  retryWindowMs: 120_000,
  retriesKept: 10_000,
  idempotencyKeyMin: 8,
  idempotencyKeyMax: 128,
  sourceMax: 64,
  eventsKept: 100_000,
  alertsKept: 10_000,
  eventsListed: 50,
  alertsListed: 50,
  tokensListed: 100,

  /** Sealing: AES-256-GCM with a 96-bit random nonce (SP 800-38D §8.2.2). */
  sealKeyBytes: 32,
  sealNonceBytes: 12,
  sealTagBytes: 16,
  macKeyBytes: 32,
  keyIdBytes: 4,
  keyFileMaxBytes: 16_384,

  /** Random part of an API key, an operator link and an operator session. */
  bearerBytes: 32,
  operatorLinkMs: 12 * 3_600_000,
  operatorSessionMs: 12 * 3_600_000,
  operatorSessionsKept: 64,

  /** SQLite: how long one call may block the process, and how long a writer queues in all. */
  busyBlockingMs: 10,
  busyWaitMinMs: 1,
  busyWaitMaxMs: 12,
  busyTimeoutMs: 5_000,
  openTimeoutMs: 5_000,
  sqliteCacheKib: 65_536,
  sqliteMapBytes: 268_435_456,
  postgresConnectionsMax: 16,
  /** Changes of this node within this time reach the others as one. */
  changeGatherMs: 100,
  changeListenAgainMs: 1_000,

  /** HTTP. */
  bodyMaxBytes: 4_096,
  headersMaxBytes: 16_384,
  connectionsMax: 512,
  requestTimeoutMs: 10_000,
  keepAliveTimeoutMs: 5_000,
  retryAfterSeconds: 2,
  assetMaxAgeSeconds: 31_536_000,
  streamsMax: 16,
  streamHeartbeatMs: 20_000,
  /** Changes within this time reach a watching page as one. */
  streamGatherMs: 100,
  /** Random part of the hidden key by which a double click on the form is recognised. */
  attemptKeyBytes: 16,
  /** How often another process's writes are looked for while an operator is watching. */
  changePollMs: 500,
  refreshWithoutScriptSeconds: 5,

  /** Token buckets: requests at once, and requests a second after that. */
  sourceBucket: { burst: 60, perSecond: 5 },
  formBucket: { burst: 30, perSecond: 0.5 },
  applicationBucket: { burst: 2_000, perSecond: 1_000 },
  bucketsKept: 10_000,

  /** Configuration, start and end of the service (`configuration/`, `web/`, `doctor/`). */
  servicePort: 8_480,
  portMax: 65_535,
  configurationFileMaxBytes: 65_536,
  settingMaxCharacters: 4_096,
  trustedProxiesMax: 64,
  pemFileMaxBytes: 262_144,
  /** How often certificate and key files are looked at for changes. */
  certificatePollMs: 5_000,
  /** HTTP Strict Transport Security (RFC 6797 §6.1.1): half a year. */
  hstsMaxAgeSeconds: 15_552_000,
  /** How long requests in progress may take once the service is told to end. */
  closingMs: 10_000,
  /** How long one answer about readiness serves all who ask, so that asking costs the database little. */
  readyKeptMs: 1_000,
  clientTimeoutMs: 10_000,
  clientBodyMaxBytes: 65_536,
  /** The doctor: free space that is little or too little, days to the end of a certificate, a clock that is behind. */
  spaceLowMib: 1_024,
  spaceNoneMib: 128,
  certificateEndingDays: 21,
  clockBehindMaxMs: 2_000,
} as const;
