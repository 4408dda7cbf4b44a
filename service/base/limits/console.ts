/** Limits of the console's pages. */
export const consoleLimits = {
  /** Of an account's name in the form of an order, encoded: the names of a full fob fit into an ordinary form. */
  orderNameMaxBytes: 60,
  /** Console: bodies of pasted lists, of channels with a certificate, and of files with the form around them. */
  listBodyMaxBytes: 4_194_304,
  channelBodyMaxBytes: 262_144,
  uploadMaxBytes: 16_842_752,
  /** Longest form of a dangerous action that is read before its sender proves their identity: a certificate fits. */
  readBeforeProofMaxBytes: 262_144,
  /** Parts of a form with files: its fields and files, with some to spare. */
  uploadPartsMax: 16,
  /** The address to return to after signing in; rows on the dashboard, of recent items and of an import's dry run. */
  returnPathMax: 2_048,
  dashboardRows: 10,
  recentRows: 20,
  userEventsListed: 20,
  planRowsShown: 500,
  /** Choices of a filter that are links; one with more is a field. */
  chipsMax: 8,
  /** Longest word that a table keeps on one line. */
  wordMax: 24,
  /** Columns of the plots, and how long the counts of the dashboard are kept. */
  plotHours: 24,
  plotDays: 7,
  countsKeptMs: 2_000,
  fobDriftsRead: 10_000,
  /** With a drift above this, TOTP's window is enough for some months only. */
  driftFarPpm: 20,
} as const;
