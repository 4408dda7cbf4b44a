/** The bounds of the published addresses. */
export const addressLimits = {
  publishedHostsMax: 16,
  publishedRangesMax: 64,
  /** How long others may keep the lists. */
  addressesMaxAgeSeconds: 3_600,
  /** Characters of a digest that tell one version of the lists from another. */
  addressesVersionCharacters: 12,
} as const;
