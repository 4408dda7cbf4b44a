/** What is known about one kind of fault: the row of a table. Sentences, for people. */
export interface FaultFact {
  /** The occasions on which it may strike. */
  readonly on: string;
  readonly does: string;
  readonly never: string;
  /** How the firmware stands it, or that it promises nothing. */
  readonly fob: string;
}
