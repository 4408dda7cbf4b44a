import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BoardKind } from '@passfob/emulator/board/kinds';
import type { SimulatedFob } from '@passfob/simulator/base/fob';

const BOOT_MS = 2_000;
const ANSWER_MS = 500;

/**
 * Returns what a firmware says of its version and its commit in Espruino's repository, such as `2v29 6106910b8`.
 *
 * @throws where it prints nothing of the kind
 */
export async function readVersion(
  root: string,
  firmware: Uint8Array,
  kind: BoardKind['board'],
): Promise<string> {
  const emulator: typeof import('@passfob/emulator/board/virtual-board') = await import(
    pathToFileURL(join(root, 'emulator/dist/board/virtual-board.js')).href
  );
  const board = emulator.virtualBoard({ board: kind, firmware, seed: 1, crystal: false });
  return versionTold(board);
}

/**
 * Asks a board that has just got its power, and closes it.
 *
 * @throws where it prints nothing of the kind
 */
export function versionTold(board: SimulatedFob): string {
  board.advance(BOOT_MS);
  board.link.write(Buffer.from('print("ABOUT",process.env.VERSION,process.env.GIT_COMMIT)\n'));
  board.advance(ANSWER_MS);
  const [, version] = /\nABOUT (\S+ \S+)\r/.exec(board.consoleText()) ?? [];
  board.close();
  if (version === undefined) throw new Error('this firmware does not say its version');
  return version;
}
