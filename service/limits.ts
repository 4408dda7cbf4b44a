import { addressLimits } from './addresses/limits.ts';
import { agentLimits } from './agents/limits.ts';
import { alertLimits } from './alerts/limits.ts';
import { challengeLimits } from './challenges/limits.ts';
import { consoleLimits } from './console/limits.ts';
import { enrolmentLimits } from './enrolment/limits.ts';
import { relayLimits } from './enrolment/relay/limits.ts';
import { mailLimits } from './mails/limits.ts';
import { meLimits } from './me/limits.ts';
import { recordLimits } from './operations/limits.ts';
import { pushLimits } from './push/limits.ts';
import { radiusLimits } from './radius/limits.ts';
import { webLimits } from './web/limits.ts';

/** Every bound, size and time of the service. Units last in the name. */
export const limits = {
  /** Longest user name, in UTF-16 units after preparation. */
  userNameMax: 128,
  /** Longest text taken from a passcode field; longer requests are malformed, not wrong. */
  passcodeFieldMax: 64,
  /** Shortest and longest decimal passcode (RFC 4226 §5.3; ten digits are left to OCRA). */
  digitsMin: 6,
  digitsMax: 8,
  /** Characters of a passcode in another alphabet, at least; and of a temporary code, which is the longest. */
  charactersMin: 5,
  passcodeMin: 5,
  passcodeMax: 10,
  temporaryCodeDigits: 10,
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
  /** HOTP look-ahead: counters from the expected one on (RFC 4226 §7.4, parameter s), as policies have it. */
  lookAheadMin: 1,
  lookAheadDefault: 10,
  lookAheadMax: 100,
  /** TOTP: one step before and one after the expected step (RFC 6238 §5.2). */
  totpSkewSteps: 1,
  /** A recorded drift never grows past this; beyond it the fob's clock must be set again (RFC 6238 §6). */
  driftMaxSteps: 10,
  /** Every token costs at least this many HMACs, and one that nobody has does, so that work tells nothing. */
  evaluationsMin: 3,
  /** The last counter that leaves room for the window below 2^53, where a JavaScript number stays exact. */
  counterMax: Number.MAX_SAFE_INTEGER - 16,
  tokensPerUserMax: 8,
  /** Accepted passcodes remembered per token, to tell a replay from a wrong code. */
  acceptancesKept: 12,

  /** Consecutive failures that lock an account, and for how long. */
  lockThreshold: 3,
  lockPeriodMs: 15 * 60_000,
  lockThresholdMax: 100,
  lockPeriodMaxMs: 7 * 24 * 3_600_000,

  /** Log-ins decided in one transaction. */
  batchMax: 64,
  /** Refusals over HTTP leave this long after they came in, and up to so much later by chance. */
  refusalFloorMs: 40,
  refusalJitterMs: 10,
  sweepMs: 60_000,

  /** How long a repeated request still gets its first answer. */
  retryWindowMs: 120_000,
  retriesKept: 10_000,
  idempotencyKeyMin: 8,
  idempotencyKeyMax: 128,
  sourceMax: 64,
  /**
   * Outcomes in the log, by what can cause them: log-ins that were accepted, misses, tries of users that were not looked at
   * (locked, disabled), and tries of names that nobody has.
   */
  eventsKept: { accepted: 100_000, missed: 50_000, unseen: 20_000, strangers: 10_000 },
  /** Of each kind. */
  alertsKept: 10_000,
  eventsListed: 50,
  alertsListed: 50,
  tokensListed: 100,

  /** Sealing: AES-256-GCM with a 96-bit random nonce (SP 800-38D §8.2.2). */
  sealKeyBytes: 32,
  sealNonceBytes: 12,
  sealTagBytes: 16,
  /** The length in front of each part of what seals and MACs are bound to: an unsigned 32-bit number. */
  sealLengthBytes: 4,
  macKeyBytes: 32,
  keyIdBytes: 4,
  keyFileMaxBytes: 16_384,

  /** Random part of an API key, an operator link and an operator session. */
  bearerBytes: 32,
  operatorLinkMs: 12 * 3_600_000,
  operatorSessionMs: 12 * 3_600_000,

  /** SQLite: how long one call may block the process, and how long a writer queues in all. */
  busyBlockingMs: 10,
  busyWaitMinMs: 1,
  busyWaitMaxMs: 12,
  busyTimeoutMs: 5_000,
  openTimeoutMs: 5_000,
  sqliteCacheKib: 65_536,
  /** Pages of 4 kB: a page that many log-ins write goes to its place in the database once for all of them. */
  sqliteCheckpointPages: 8_192,
  /** Of the file, read where it lies in the system's memory: as much as SQLite maps at most. Addresses, not memory. */
  sqliteMapBytes: 2_147_418_112,
  /** Statements that stay prepared on one connection. */
  sqliteStatementsKept: 256,
  postgresConnectionsMax: 16,
  /** A connection on which nothing was said for so long is asked by the operating system whether it is still there. */
  postgresKeepAliveMs: 10_000,
  /** Changes of this node within this time reach the others as one. */
  changeGatherMs: 100,
  changeListenAgainMs: 1_000,
  /** The connection that hears of other nodes' changes is asked so often whether it still hears. */
  changeBeatMs: 10_000,

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
  /** How often another process's writes are looked for while an operator is watching. */
  changePollMs: 500,
  refreshWithoutScriptSeconds: 5,

  /** Token buckets: requests at once, and requests a second after that. */
  sourceBucket: { burst: 60, perSecond: 5 },
  formBucket: { burst: 30, perSecond: 0.5 },
  applicationBucket: { burst: 50_000, perSecond: 50_000 },
  /** Validations for one person's address, whichever application asks. */
  validateBucket: { burst: 200, perSecond: 50 },
  bucketsKept: 10_000,

  /** People: names and addresses (RFC 5321 §4.5.3.1), and what a list shows at once. */
  displayNameMax: 128,
  emailMax: 254,
  emailLocalMax: 64,
  emailDomainLabelMax: 63,
  usersListedMax: 200,
  /** Passwords, in code points after NFKC (SP 800-63B §5.1.1.2, longer than it asks), and the field they are typed in. */
  passwordMin: 12,
  passwordMax: 128,
  passwordFieldMax: 512,
  passwordDistinctMin: 5,
  /** Argon2id (RFC 9106; OWASP's first choice for servers), and how many may be computed and waited for at once. */
  slowHashMemoryKib: 19_456,
  slowHashPasses: 2,
  slowHashLanes: 1,
  slowHashSaltBytes: 16,
  slowHashBytes: 32,
  slowHashesAtOnce: 2,
  slowHashesWaiting: 64,
  /** How long a PIN may be chosen after a passcode was used up for it. */
  pinProofMs: 5 * 60_000,
  pinProofMax: 64,
  /** Operators and their sessions: how long one may stand idle, how often that is written, how fresh a proof must be. */
  operatorsMax: 500,
  sessionIdleMs: 30 * 60_000,
  seenAgainMs: 60_000,
  sessionsPerOperatorKept: 8,
  reauthenticationMs: 5 * 60_000,
  /** A session by a one-time link has nobody who could prove anything: it is fresh for as long as a set-up takes. */
  linkFreshMs: 30 * 60_000,
  /** Applications, keys and settings. */
  clientNameMax: 64,
  applicationsMax: 500,
  applicationSeenMs: 60_000,
  apiKeysMax: 500,
  serviceNameMax: 64,
  publicAddressMax: 200,
  lockPeriodMinMs: 1_000,
  /** Tokens: pages of lists, and how many rows one page may look at where a filter has no index of its own. */
  pageRowsDefault: 50,
  pageRowsMax: 200,
  pageRowsScanned: 500,
  searchTextMax: 128,
  /** Code points of a part by which users and tokens are found: what is longer is compared after it was found. */
  searchPartMax: 24,
  /** Rows whose parts are made at once, and hits whose rows are read at once. */
  searchFillRows: 200,
  searchHitsAtOnce: 100,
  /** Tokens of one user that a page of a search looks at: revoked ones stay the user's, so there may be any number. */
  searchTokensOfUser: 100,
  cursorMax: 1_024,
  historyListed: 100,
  /** How far ahead two consecutive passcodes are looked for (RFC 4226 §7.4), and how far around the time. */
  resyncCounters: 1_000,
  resyncAroundMs: 24 * 3_600_000,
  /**
   * How far beyond what is accepted a refused passcode is looked for, so that the one after it finds the fob again; and how long
   * that one is waited for.
   */
  offCounters: 100,
  offAroundMs: 30 * 60_000,
  offKeptMs: 10 * 60_000,
  /** Steps that are looked at before others have their turn. */
  resyncStepsAtOnce: 256,
  /** Tokens whose last accepted step is taken back from the future in one transaction. */
  stepsRepairedAtOnce: 500,
  temporaryCodeMs: 8 * 3_600_000,
  temporaryCodeMinMs: 60_000,
  temporaryCodeMaxMs: 24 * 3_600_000,
  policyNameMax: 64,
  policiesMax: 1_000,
  boardMax: 16,
  firmwareMax: 16,
  clockErrorMaxMs: 10 * 365 * 24 * 3_600_000,
  driftPpmMax: 100_000,
  /** Characters of a serial number made of what a token is, for tokens whose file names none. */
  madeSerialChars: 16,

  /** Jobs. A lease has to outlast one transaction of a busy database many times over. */
  jobItemsMax: 100_000,
  jobItemsPerInsert: 500,
  jobItemsPerTransaction: 25,
  jobLeaseMs: 60_000,
  jobPollMs: 5_000,
  jobTitleMax: 128,
  jobsListed: 100,
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
  /** An answer about readiness comes within this time: a database that is silent for longer is not ready. */
  readyAnswerMs: 5_000,
  /** How often a node looks for the loss of its database files, and for tables that another version has changed. */
  lossLookMs: 2_000,
  clientTimeoutMs: 10_000,
  clientBodyMaxBytes: 65_536,
  /** The doctor: free space that is little or too little, days to the end of a certificate, a clock that is behind. */
  spaceLowMib: 1_024,
  spaceNoneMib: 128,
  certificateEndingDays: 21,
  clockBehindMaxMs: 2_000,
  /** Administration over HTTP (`api/`). A percent-encoded character may take twelve bytes of an address. */
  pathParameterMax: 1_600,
  administrationBucket: { burst: 400, perSecond: 100 },
  administrationBodyMaxBytes: 131_072,
  importBodyMaxBytes: 8_388_608,
  importFilesMax: 200,
  importNameMax: 255,
  /** A screenshot or a usual photograph; a larger image would keep log-ins waiting while it is searched for codes. */
  importImagePixelsMax: 12_500_000,
  seedTextMax: 256,
  fieldNameShownMax: 64,
  problemFieldsMax: 20,
  /** Upper bounds of the buckets that durations (seconds) and batches (log-ins) are counted in. */
  metricSecondsBounds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  metricBatchBounds: [1, 2, 4, 8, 16, 32, 64],

  /** Log-ins that wait for their decision, in all and of one user name; more than that is answered by `busy`. */
  decisionsWaiting: 4_096,
  decisionsWaitingOfOne: 256,
  /** Log-ins of one user name, and of one source, whose password or PIN is being checked or waits for that. */
  slowChecksOfOne: 8,
  slowChecksOfSource: 32,
  /** PostgreSQL ends the transaction of a node that has stood still inside it for so long: others wait for its rows. */
  postgresIdleInTransactionMs: 60_000,
  /** So its answers come within this time: one that does not is lost, and so is its connection. */
  postgresAnswerMs: 75_000,
  /** Jobs that are over, and their rows. */
  jobsKeptMs: 90 * 24 * 3_600_000,

  ...agentLimits,
  ...addressLimits,
  ...alertLimits,
  ...challengeLimits,
  ...consoleLimits,
  ...enrolmentLimits,
  ...mailLimits,
  ...meLimits,
  ...pushLimits,
  ...radiusLimits,
  ...recordLimits,
  ...relayLimits,
  ...webLimits,
} as const;
