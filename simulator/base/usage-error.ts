/** Invalid options; the message says why. */
export class UsageError extends Error {}
