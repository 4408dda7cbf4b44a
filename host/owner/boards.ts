/**
 * Largest drift of each board's crystal in ppm, at the temperatures of a pocket, as its firmware knows it: `clockPpm` in
 * `firmware/boards`.
 */
const CRYSTAL_PPM: ReadonlyMap<string, number> = new Map([
  ['pico', 2],
  ['pico-hid', 2],
  ['banglejs2', 20],
  ['bench', 2],
]);

/** Returns the largest drift of a board's crystal, ppm; undefined for an unknown board. */
export function crystalPpmOf(board: string): number | undefined {
  return CRYSTAL_PPM.get(board);
}

/** Whether this package has firmware for a board. */
export function isKnownBoard(board: string): boolean {
  return CRYSTAL_PPM.has(board);
}

/** Returns the names of all boards for which this package has firmware. */
export function knownBoards(): string[] {
  return [...CRYSTAL_PPM.keys()];
}
