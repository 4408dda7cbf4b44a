/** A wire from a pin of the board to the pin of the same purpose on both modules. */
export interface Wire {
  readonly number: number;
  /** Name of the pin on the board, and on both modules. */
  readonly pad: string;
  readonly pin: string;
  /** Tells the wires apart without their colours. */
  readonly dashes: string;
  /** Where it runs downwards. */
  readonly x: number;
}

/** Where a wire leaves the board. */
export interface Start {
  /** Of the pin. */
  readonly x: number;
  readonly y: number;
  /** Up to the place where it runs downwards, and the height of that place. */
  readonly path: string;
  readonly jointY: number;
  /** Of the wire's number at this end. */
  readonly tag: readonly [number, number];
}

/** A board as `wiring.ts` draws it. */
export interface BoardPicture {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly description: string;
  readonly moduleX: number;
  readonly wires: readonly Wire[];
  /** Of wires, with those that lead to no module. */
  readonly numbers: number;
  startOf(wire: Wire): Start;
  /** The board, and what is wired to it alone. */
  draw(): readonly string[];
  /** What each number means, and the rules of the drawing, at the bottom. */
  drawKey(): readonly string[];
}

/** Where a wire from the lower row of a board runs to the right: below every pin of the modules. */
export const belowY = (number: number) => 420 + number * 20;

export const KEY_RULES =
  'A dot joins wires; lines that cross without a dot are not connected. Go by the names: modules differ.';
