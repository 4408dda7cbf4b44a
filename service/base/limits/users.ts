/** Limits of users, applications, API keys, and settings. Units last in the name. */
export const userLimits = {
  /** Longest user name, in UTF-16 units after preparation. */
  userNameMax: 128,
  /** Users: names and addresses (RFC 5321 §4.5.3.1), and the rows of a list. */
  displayNameMax: 128,
  emailMax: 254,
  emailLocalMax: 64,
  emailDomainLabelMax: 63,
  /** Applications, keys and settings. */
  clientNameMax: 64,
  applicationsMax: 500,
  applicationSeenMs: 60_000,
  apiKeysMax: 500,
  /** Groups of people, and those of one person. */
  groupsMax: 500,
  groupsOfUserMax: 50,
  serviceNameMax: 64,
  publicAddressMax: 200,
} as const;
