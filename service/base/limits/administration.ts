/** Limits of administration over HTTP and the pages of lists. Units last in the name. */
export const administrationLimits = {
  /** Tokens: rows of a page, and rows that one page may scan if a filter has no index of its own. */
  pageRowsDefault: 50,
  pageRowsMax: 200,
  pageRowsScanned: 500,
  searchTextMax: 128,
  /**
   * Code points of an indexed part of a name or serial; the rest of a longer search text is compared with the rows
   * found.
   */
  searchPartMax: 24,
  /** Rows whose parts are indexed at once. */
  searchFillRows: 200,
  /** Words whose parts are counted to choose the rarest. */
  searchWordsWeighed: 6,
  /** Candidates that a page or a total examines in each source: those of tokens are compared with their users as well. */
  searchRowsExamined: { user: 8_000, token: 2_000 },
  /** Parts that a total reads for each candidate: a row has several with one word. */
  searchHitsPerRow: 3,
  /** Matching parts that a page reads for each of its rows. */
  searchMatchesPerRow: 8,
  cursorMax: 1_024,
  historyListed: 100,
  /** How far back a filter may reach. */
  daysAgoMax: 3_650,
  /** Administration over HTTP (`api/`). A percent-encoded character may take twelve bytes of an address. */
  pathParameterMax: 1_600,
  administrationBucket: { burst: 400, perSecond: 100 },
  administrationBodyMaxBytes: 131_072,
  importBodyMaxBytes: 8_388_608,
  importFilesMax: 200,
  importNameMax: 255,
  /** A screenshot or a usual photograph; a larger image would keep log-ins waiting while it is searched for codes. */
  importImagePixelsMax: 12_500_000,
  fieldNameShownMax: 64,
  problemFieldsMax: 20,
} as const;
