/** One line of a table. */
export interface TableLine {
  readonly place: string;
  readonly cells: readonly string[];
}
