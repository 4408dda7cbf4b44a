/** The bounds of the console's pages. */
export const consoleLimits = {
  /** Console: bodies of pasted lists, of channels with a certificate, and of files with the form around them. */
  listBodyMaxBytes: 4_194_304,
  channelBodyMaxBytes: 262_144,
  uploadMaxBytes: 16_842_752,
  /** Longest form of a dangerous act that is read before its sender proves to be there: a certificate fits. */
  readBeforeProofMaxBytes: 262_144,
  /** Parts of a form with files: its fields and files, and some more. */
  uploadPartsMax: 16,
  /** Addresses to go back to after signing in; rows on the dashboard, of recent things and of an import's dry run. */
  returnPathMax: 2_048,
  dashboardRows: 10,
  recentRows: 20,
  userEventsListed: 20,
  planRowsShown: 500,
  /** Characters of a word that a table does not break. */
  wordMax: 20,
  /** Columns of the plots, and how long what was counted for the dashboard is kept. */
  plotHours: 24,
  plotDays: 7,
  countsKeptMs: 2_000,
  fobDriftsRead: 10_000,
  /** A drift that TOTP's window bears for some months only. */
  driftFarPpm: 20,
} as const;
