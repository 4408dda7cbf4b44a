/**
 * The virtual board as a library for web pages. It is a module of its own, because most pages do not need it.
 * @module
 */

import type { VirtualBoard, VirtualBoardOptions } from './mcu/board/options.ts';
import { virtualBoardOn } from './mcu/board/virtual-board.ts';
import { BROWSER } from './platform/browser/browser-platform.ts';

export type { ChipPart } from './mcu/board/chip-part.ts';
export { BadFirmware } from './mcu/board/firmware.ts';
export type { BoardCounters, VirtualBoard, VirtualBoardOptions } from './mcu/board/options.ts';
export { type VirtualChip, type VirtualChipOptions, virtualChip } from './mcu/board/virtual-chip.ts';
export { memoryStore } from './state/memory-store.ts';

/**
 * Makes a Pico whose microcontroller is virtual and runs the given firmware, and powers it on. As in Node.
 * @throws BadFirmware for bytes that are no firmware of this microcontroller
 */
export function virtualBoard(options: VirtualBoardOptions): VirtualBoard {
  return virtualBoardOn(BROWSER, options);
}
