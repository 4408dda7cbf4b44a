/**
 * Largest drift of the crystal that each board tells the time by, in ppm, at the temperatures of a pocket, as its firmware
 * knows it: `clockPpm` in `firmware/boards`. Boards with a DS3231 take its 2 ppm, whatever drives their microcontroller.
 */
const CRYSTAL_PPM: ReadonlyMap<string, number> = new Map([
  ['pico', 2],
  ['pico-hid', 2],
  ['espruino-wifi', 2],
  ['rpi-pico', 2],
  ['rpi-pico2', 2],
  ['banglejs2', 20],
  ['bench', 2],
]);

/** Boards whose Espruino has no USB HID, and no way to measure the supply (`firmware/build/facts.ts`). */
const WITHOUT_KEYBOARD: readonly string[] = ['rpi-pico', 'rpi-pico2'];
const WITHOUT_BATTERY_READING: readonly string[] = ['rpi-pico', 'rpi-pico2'];

/** Whether a board can type passcodes into a computer. */
export function canType(board: string): boolean {
  return !WITHOUT_KEYBOARD.includes(board);
}

/** Whether a board can say how full its battery is. */
export function measuresBattery(board: string): boolean {
  return !WITHOUT_BATTERY_READING.includes(board);
}

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
