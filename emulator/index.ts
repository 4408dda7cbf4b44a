/**
 * The virtual board as a library, in Node and in web pages.
 * @module emulator
 */

export { memoryStore } from '@passfob/simulator/for-emulator';
export type { ChipPart } from './board/chip-part.ts';
export { BadFirmware } from './board/firmware.ts';
export type { BoardCounters, VirtualBoard, VirtualBoardOptions } from './board/options.ts';
export { virtualBoard } from './board/virtual-board.ts';
export { type VirtualChip, type VirtualChipOptions, virtualChip } from './board/virtual-chip.ts';
