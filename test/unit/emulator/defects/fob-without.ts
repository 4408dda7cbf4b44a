import { readFileSync } from 'node:fs';
import type { VirtualBoard, VirtualBoardOptions } from '@passfob/emulator/board/options';
import type { Change } from '../../../tools/mutants/defect.ts';
import { builtBoard } from '../kit/built-board.ts';
import { imageWithout } from './image-without.ts';

/**
 * Returns a new fob whose image lacks some mends, at the moment its power comes. It has no crystal unless `options` say so.
 * @param path of Espruino's firmware
 */
export async function fobWithout(
  path: string,
  changes: readonly Change[],
  options: Partial<VirtualBoardOptions> = {},
): Promise<VirtualBoard> {
  const virtualBoard = await builtBoard();
  return virtualBoard({
    firmware: new Uint8Array(readFileSync(path)),
    image: await imageWithout(...changes),
    files: { birth: new Uint8Array(32).fill(7) },
    seed: 1,
    crystal: false,
    ...options,
  });
}

/** The whole text on the display, in one line. */
export const shownBy = (board: VirtualBoard): string => board.screen().text.join(' ').trim();

/** What a new fob shows. */
export const NEW_FOB = 'Passfob It has no owner yet. Open the link in your mail. If none, run: passfob pair';
