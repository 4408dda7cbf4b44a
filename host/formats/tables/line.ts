/** One line of a table. */
export interface Line {
  readonly place: string;
  readonly cells: readonly string[];
}
