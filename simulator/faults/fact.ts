/** The facts about one kind of fault, in sentences for people: the row of a table. */
export interface FaultFact {
  /** The occasions on which it may strike. */
  readonly on: string;
  readonly does: string;
  readonly always: string;
  /** How the firmware deals with it, or that it promises nothing. */
  readonly fob: string;
}
