import type { VirtualBoard, VirtualBoardOptions } from './mcu/board/options.ts';
import { virtualBoardOn } from './mcu/board/virtual-board.ts';
import { NODE } from './platform/node/node-platform.ts';

/**
 * Makes a Pico whose microcontroller is virtual and runs the given firmware, and powers it on. A new state gets the
 * firmware and nothing else, unless `image` or `files` name files of Storage. Throws `BadFirmware` for bytes that are no
 * firmware of this microcontroller, and an Error if the state belongs to another board or holds another firmware.
 */
export function virtualBoard(options: VirtualBoardOptions): VirtualBoard {
  return virtualBoardOn(NODE, options);
}
