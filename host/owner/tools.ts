/** An owner's tools, in addition to the client of a fob. */
export interface OwnerTools {
  /** The owner's time, ms since 1970. */
  readonly now: () => number;
  /** Source of unpredictable bytes. */
  readonly random: (length: number) => Uint8Array;
  readonly signal?: AbortSignal | undefined;
}
