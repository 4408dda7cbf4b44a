/** The bounds of the databases. Units last in the name. */
export const databaseLimits = {
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
  /** How often another process's writes are looked for while an operator is watching. */
  changePollMs: 500,
  /** How long one answer about readiness serves all who ask, so that asking costs the database little. */
  readyKeptMs: 1_000,
  /** An answer about readiness comes within this time: a database that is silent for longer is not ready. */
  readyAnswerMs: 5_000,
  /** How often a node looks for the loss of its database files, and for tables that another version has changed. */
  lossLookMs: 2_000,
  /** PostgreSQL ends the transaction of a node that has stood still inside it for so long: others wait for its rows. */
  postgresIdleInTransactionMs: 60_000,
  /** So its answers come within this time: one that does not is lost, and so is its connection. */
  postgresAnswerMs: 75_000,
} as const;
