/** Limits of lists and of what is taken out of them. Units last in the name. */
export const listLimits = {
  /** Rows that one page, or one count, looks at where no index leads to the matching ones: under 0.1 s of a processor. */
  rowsLookedAt: 50_000,
  /** Totals are exact up to here. */
  countedMax: 10_000,
  /** Rows that an export reads at once: those of a page. */
  exportedAtOnce: 200,
} as const;

/** How many rows match: exactly, more than `count`, or at least `count`, where no more rows were looked at. */
export interface Total {
  readonly count: number;
  readonly kind: 'exact' | 'more' | 'at-least';
}
