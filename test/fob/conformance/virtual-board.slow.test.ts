import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe } from 'vitest';
import { describeNeeds } from '../../kit/tools.ts';
import { builtBoard, needsFirmware } from '../../unit/emulator/kit/built-board.ts';
import { conformance } from './suite.ts';
import { VirtualBoardDriver } from './virtual-board-driver.ts';

// A board computes at about half the speed of a real one.

describeNeeds(needsFirmware(), 'the pico image on the firmware of a virtual board', paths => {
  describe.each(paths.map(path => [basename(path), path]))('%s', (_name, path) => {
    const firmware = new Uint8Array(readFileSync(path));
    conformance(async () => new VirtualBoardDriver(await builtBoard(), firmware));
  });
});
