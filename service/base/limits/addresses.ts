/** Limits of the published addresses. */
export const addressLimits = {
  publishedHostsMax: 16,
  publishedRangesMax: 64,
  /** How long clients may cache the lists. */
  addressesMaxAgeSeconds: 3_600,
  /** Characters of a digest that identifies a version of the lists. */
  addressesVersionCharacters: 12,
} as const;
