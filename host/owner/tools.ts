/** What an owner works with, besides the client of a fob. */
export interface OwnerTools {
  /** The owner's time, ms since 1970. */
  readonly now: () => number;
  /** Bytes nobody can foresee. */
  readonly random: (length: number) => Uint8Array;
  readonly signal?: AbortSignal | undefined;
}
