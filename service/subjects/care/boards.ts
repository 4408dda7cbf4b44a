import { newestFirmware } from 'passfob/commands/newest-firmware';
import { crystalPpmOf, knownBoards } from 'passfob/owner/boards';
import type { FactsOfBoard } from './views.ts';

/** By board: the images of the running package do not change. */
const newest = new Map<string, string | undefined>();

function newestOf(board: string): string | undefined {
  if (!knownBoards().includes(board)) return undefined;
  if (!newest.has(board)) newest.set(board, newestFirmware(board));
  return newest.get(board);
}

/** Returns what this package knows about a board: its crystal, and the newest image for it. */
export const factsOfBoard: FactsOfBoard = board => ({
  crystalPpm: crystalPpmOf(board),
  newestFirmware: newestOf(board),
});

/** Returns the boards with an image in this package, and its version. */
export function newestFirmwares(): { readonly board: string; readonly newest: string }[] {
  return knownBoards().flatMap(board => {
    const version = newestOf(board);
    return version === undefined ? [] : [{ board, newest: version }];
  });
}
