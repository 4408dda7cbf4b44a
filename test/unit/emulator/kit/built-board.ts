import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { BoardKind } from '@passfob/emulator/board/kinds';
import { built, needsBuilt } from '../../../kit/built.ts';
import { type Need, needsEspruinosArm, needsEspruinosWifi } from '../../../kit/tools.ts';

/**
 * The virtual board as it was built, in one file, which Node loads by itself (test/tools/runner/settings.ts). Out of its source every
 * imported name is looked up in an object, at each use, which takes more than half of the processor's speed.
 *
 * @throws where it was not built
 */
export async function builtBoard() {
  const emulator: typeof import('@passfob/emulator/board/virtual-board') = await import(
    built('emulator/dist/browser/emulator.js')
  );
  return emulator.virtualBoard;
}

/** The need for Espruino's own firmware, on a built board. The test gets the paths. */
export function needsFirmware(): Need<string[]> {
  const build = needsBuilt('emulator/dist/browser/emulator.js');
  return build.found ? needsEspruinosArm() : { name: build.name, found: undefined };
}

/** A firmware of one of the boards that the emulator is. */
export interface BoardFirmware {
  /** The name of its file, which titles of tests have. */
  readonly name: string;
  readonly board: BoardKind['board'];
  readonly bytes: Uint8Array;
}

/** The need for Espruino's own firmware for any of these boards. */
export function needsBoardFirmware(): Need<BoardFirmware[]> {
  const build = needsBuilt('emulator/dist/browser/emulator.js');
  if (!build.found) return { name: build.name, found: undefined };
  const given = [
    { board: 'pico', need: needsEspruinosArm() },
    { board: 'espruino-wifi', need: needsEspruinosWifi() },
  ] as const;
  const found = given.flatMap(({ board, need }) =>
    (need.found ?? []).map(path => ({
      name: basename(path),
      board,
      bytes: new Uint8Array(readFileSync(path)),
    })),
  );
  const name = given.map(({ need }) => need.name).join(' or ');
  return { name, found: found.length > 0 ? found : undefined };
}
