/** Limits of the databases. Units last in the name. */
export const databaseLimits = {
  /** SQLite: how long one call may block the process, and how long a writer queues in all. */
  busyBlockingMs: 10,
  busyWaitMinMs: 1,
  busyWaitMaxMs: 12,
  busyTimeoutMs: 5_000,
  openTimeoutMs: 5_000,
  sqliteCacheKib: 65_536,
  /** Pages of 4 kB: a page that many log-ins write is copied into the database file once for all of them. */
  sqliteCheckpointPages: 8_192,
  /** Bytes of the file that are memory-mapped: SQLite's maximum. This uses addresses, not memory. */
  sqliteMapBytes: 2_147_418_112,
  /** Statements that stay prepared on one connection. */
  sqliteStatementsKept: 256,
  postgresConnectionsMax: 16,
  /** The operating system probes a connection that has been silent for this long. */
  postgresKeepAliveMs: 10_000,
  /** Changes of this node within this time are sent to the others together. */
  changeGatherMs: 100,
  changeListenAgainMs: 1_000,
  /** How often the connection that receives other nodes' changes is tested. */
  changeBeatMs: 10_000,
  /** How often the node looks for another process's writes while an operator is watching. */
  changePollMs: 500,
  /** How long one result about readiness is reused for all requests, so that they cost the database little. */
  readyKeptMs: 1_000,
  /** Readiness is answered within this time: a database that is silent for longer is not ready. */
  readyAnswerMs: 5_000,
  /**
   * How often a node checks that its database files still exist, and that no other version has changed its tables.
   */
  lossLookMs: 2_000,
  /**
   * PostgreSQL aborts the transaction of a node that has been idle inside it for this long: others wait for its rows.
   */
  postgresIdleInTransactionMs: 60_000,
  /** A connection without an answer after this time, which is longer than that limit, counts as lost. */
  postgresAnswerMs: 75_000,
} as const;
