/** Limits of configuration, start and end of the service, and its doctor. Units last in the name. */
export const processLimits = {
  /** Configuration, start and end of the service (`configuration/`, `web/`, `doctor/`). */
  servicePort: 8_480,
  portMax: 65_535,
  configurationFileMaxBytes: 65_536,
  settingMaxCharacters: 4_096,
  trustedProxiesMax: 64,
  pemFileMaxBytes: 262_144,
  /** How often certificate and key files are checked for changes. */
  certificatePollMs: 5_000,
  /** How long requests in progress may take after the service is told to stop. */
  closingMs: 10_000,
  /** Characters of the log that wait for the end of the turn of the event loop; more are written at once. */
  logGatheredMax: 65_536,
  clientTimeoutMs: 10_000,
  clientBodyMaxBytes: 65_536,
  /** The doctor: low and exhausted free space, days until a certificate expires, a clock that is behind. */
  spaceLowMib: 1_024,
  spaceNoneMib: 128,
  certificateEndingDays: 21,
  clockBehindMaxMs: 2_000,
} as const;
