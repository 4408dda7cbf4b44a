import { built, needsBuilt } from '../../../kit/built.ts';
import { type Need, needsEspruinosArm } from '../../../kit/tools.ts';

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
