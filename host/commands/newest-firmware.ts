import { imageVersion } from '../flash/image.ts';
import { isKnownBoard } from '../owner/boards.ts';
import { imageFolder } from './package-root.ts';

/** Returns the version of this package's image for a board; undefined if there is none. */
export function newestFirmware(board: string): string | undefined {
  // The name comes from the fob.
  return isKnownBoard(board) ? imageVersion(imageFolder(), board) : undefined;
}
