/** Limits of audit, alerts, channels and backups. */
export const recordLimits = {
  auditDetailMax: 8_192,
  /** Rows under one checkpoint, and rows or checkpoints that verification reads at once. */
  auditSealRows: 256,
  auditPageRows: 256,
  auditFindingsMax: 100,
  auditListedMax: 200,
  auditListedDefault: 50,
  auditRotateSeals: 64,
  /**
   * Days for which log-ins, mail and audit are kept: the fewest, and those of a new service. A shorter time for the audit
   * counts after a while in which other administrators see the alert.
   */
  keptDays: {
    events: { least: 7, initial: 90 },
    mail: { least: 7, initial: 90 },
    audit: { least: 90, initial: 730 },
    most: 3_650,
  },
  auditShortenMs: 7 * 24 * 3_600_000,
  /** Old rows that go in one transaction, rows that are counted in one statement, and the pause after either. */
  sweepRows: 500,
  sweepCountedRows: 5_000,
  sweepPauseMs: 20,
  auditSealEveryMs: 3_000,
  channelsMax: 16,
  channelNameMax: 64,
  channelSecretMax: 512,
  channelSecretBytes: 32,
  channelKeyMin: 16,
  hostNameMax: 253,
  mailAddressMax: 254,
  mailRecipientsMax: 20,
  certificateMaxChars: 65_536,
  webhookUrlMax: 2_048,
  webhookAnswerMaxBytes: 16_384,
  /** One delivery, from name lookup to answer; the lease is longer. */
  deliveryTimeoutMs: 20_000,
  deliveryLeaseMs: 60_000,
  /** Deliveries of one channel. */
  deliveriesAtOnce: 8,
  deliveryAttempts: 12,
  deliveryRetryMinMs: 5_000,
  deliveryRetryMaxMs: 3_600_000,
  deliveryErrorMax: 200,
  deliverEveryMs: 2_000,
  forgetEveryMs: 3_600_000,
  /** Rows of deliveries that succeeded or were given up are deleted after this time. */
  deliveriesKeptMs: 30 * 24 * 3_600_000,
  /** RFC 5424 §6.1: receivers accept 2,048 octets. Field lengths: §6. */
  syslogMaxBytes: 2_048,
  syslogHostMax: 255,
  /**
   * Re-keying: rows in one transaction, and how long nodes have to load the new key before the old one is removed.
   */
  rekeyRows: 200,
  rekeyGraceMs: 120_000,
  /** Random bytes in the name of a backup that is being written. */
  backupNameBytes: 4,
  backupPageRows: 500,
  backupInsertRows: 100,
  backupLineMaxBytes: 1_048_576,
  /**
   * How many passcodes of an HOTP fob may have been accepted since the backup; the operator can raise it to the
   * maximum.
   */
  restoreCounterGap: 25,
  restoreCounterGapMax: 10_000,
  /** How far the clock may go back unnoticed, and how often the time is stored. */
  clockBackMs: 5_000,
  clockSeenEveryMs: 60_000,
} as const;
