import { readFileSync } from 'node:fs';
import type { VirtualBoard, VirtualBoardOptions } from '@passfob/emulator/board/options';
import { virtualBoard } from '@passfob/emulator/board/virtual-board';
import { builtImage } from '@passfob/simulator/fob/built-image';

/** Longer than the firmware needs from its power to its prompt over USB. */
export const BOOT_MS = 2000;

/**
 * Returns a board with the firmware in a file, at its prompt or with its image running. It has no crystal, so that
 * Espruino does not wait for one two seconds after its start.
 */
export function booted(path: string, options: Partial<VirtualBoardOptions> = {}): VirtualBoard {
  const board = virtualBoard({
    firmware: new Uint8Array(readFileSync(path)),
    seed: 1,
    crystal: false,
    ...options,
  });
  board.advance(BOOT_MS);
  return board;
}

/** The image of the pico, and the entropy that a new fob gets. */
export const IMAGE: Pick<VirtualBoardOptions, 'image' | 'files'> = {
  image: builtImage('pico'),
  files: { birth: new Uint8Array(32).fill(7) },
};

/** Sends a line to the console over USB; returns what came back within `ms`. */
export function evaluated(board: VirtualBoard, line: string, ms = 300): string {
  let text = '';
  const stop = board.link.onData(bytes => {
    text += Buffer.from(bytes).toString('latin1');
  });
  board.link.write(Buffer.from(`${line}\n`, 'latin1'));
  board.advance(ms);
  stop();
  return text;
}
