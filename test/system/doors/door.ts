/** A place where bytes of strangers come in, and what one such input can make the program hold and compute. */
export interface Door {
  /** Its name in the threat model: `WebSocket messages`. */
  readonly name: string;
  /** Who can send there: `anyone`, `an application`, `whoever made the file`. */
  readonly from: string;
  /** The source files that take the bytes in, from the root of the tree. */
  readonly files: readonly string[];
  /** The largest input, in bytes as they arrive. */
  readonly bytesMax: number;
  /** How long an unfinished input, or an answer that nobody reads, is held, in milliseconds; 0 where nothing waits. */
  readonly heldMs: number;
  /** What one input may hold in memory, in bytes, after garbage is collected. */
  readonly holdsMax: number;
  /** What one input may cost, in milliseconds of processor time. */
  readonly spendsMs: number;
  /** What bounds it, in a sentence. */
  readonly bound: string;
  /** The test that drives it with its worst input. */
  readonly test: string;
}
