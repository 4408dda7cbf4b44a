/** Texts of the records: audit, alerts, channels, keys and backups. */
export const recordTexts = {
  /** What verification of the audit finds, in words. */
  audit: {
    rowChanged: (row: number) => `Row ${row} was changed after it was written.`,
    rowsRemoved: (first: number, last: number) =>
      first === last ? `Row ${first} was removed.` : `Rows ${first} to ${last} were removed.`,
    rowInserted: (row: number) => `Row ${row} does not belong where it stands: it was inserted or moved.`,
    sealChanged: (seal: number) => `Seal ${seal} does not fit its rows: it or its rows were changed.`,
    sealUnlinked: (seal: number) => `Seal ${seal} does not follow from the one before it.`,
    sealsMissing: (first: number, last: number) =>
      first === last ? `Seal ${first} is missing.` : `Seals ${first} to ${last} are missing.`,
    sealUnknown: (seal: number, row: number) => `Row ${row} names seal ${seal}, which does not exist.`,
    anchorChanged: 'The mark that tells how far the audit was rotated was changed or removed.',
    headChanged: 'The mark that tells the number of the last row was changed or removed.',
  },
} as const;

/** Refusals of this area. */
export const recordRefusals = {
  audit_broken: 'The audit does not verify, so none of it was removed. Run "audit verify" and keep a copy.',
  bad_time: 'The time must be a whole number of milliseconds since 1970, and not later than now.',
} as const;
