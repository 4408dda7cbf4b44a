/** What a port does with its sixteen pins, and what is done to them: a bit for each pin in every field. */
export interface PinStates {
  /** Pins that the chip drives. */
  readonly driven: number;
  /** The levels that it wants there. */
  readonly levels: number;
  /** Pins that it cannot drive high (RM0368 §8.3.10). */
  readonly openDrain: number;
  readonly pulledUp: number;
  readonly pulledDown: number;
  /** Pins that something outside drives, and its levels. */
  readonly outside: number;
  readonly outsideLevels: number;
}

/** Pins whose wire the chip drives: an open drain lets go of a wire that is to be high. */
export function drivenByChip({ driven, levels, openDrain }: PinStates): number {
  return driven & ~(levels & openDrain);
}

/**
 * Returns the levels of the wires: the chip's, else the outside's, else those of the pulls; a floating wire keeps its
 * charge.
 * @param before the levels of the wires until now
 */
export function wireLevels(states: PinStates, before: number): number {
  const chip = drivenByChip(states);
  const outside = states.outside & ~chip;
  const up = states.pulledUp & ~chip & ~outside;
  const down = states.pulledDown & ~chip & ~outside;
  const floating = ~(chip | outside | up | down);
  return (chip & states.levels) | (outside & states.outsideLevels) | up | (floating & before);
}

/** Returns the pins whose field of two bits in `word` has this value. */
export function pinsWith(word: number, value: number): number {
  let pins = 0;
  for (let pin = 0; pin < 16; pin += 1) if (((word >>> (2 * pin)) & 3) === value) pins |= 1 << pin;
  return pins;
}

/** A level for each of some pins. */
export class PinDrives {
  pins = 0;
  levels = 0;

  set(pin: number, level: boolean | undefined): void {
    const bit = 1 << pin;
    this.pins = level === undefined ? this.pins & ~bit : this.pins | bit;
    this.levels = level ? this.levels | bit : this.levels & ~bit;
  }
}
