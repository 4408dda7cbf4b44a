/** A place in a scenario file, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A step with its place, as a report names it. */
export interface PlacedStep {
  readonly name: string;
  readonly place: Place;
}

/** A scenario file that cannot be read. The message is a sentence, and the next step where one is known. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
  readonly place: Place;

  constructor(place: Place, message: string) {
    super(message);
    this.place = place;
  }
}

/** Why a step failed. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
  /** The lines that should have been there, for a comparison side by side. */
  readonly expected: readonly string[] | undefined;
  readonly shown: readonly string[] | undefined;

  constructor(
    message: string,
    lines: { readonly expected?: readonly string[]; readonly shown?: readonly string[] } = {},
  ) {
    super(message);
    this.expected = lines.expected;
    this.shown = lines.shown;
  }
}
