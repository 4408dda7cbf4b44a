import { readFileSync } from 'node:fs';
import { describe } from 'vitest';
import { describeNeeds, needsEspruinosArm } from '../kit/tools.ts';
import { conformance } from './suite.ts';
import { VirtualBoardDriver } from './virtual-board-driver.ts';

describeNeeds(needsEspruinosArm(), 'the pico image on the firmware of a virtual board', paths => {
  describe.each(paths)('%s', path => {
    const firmware = new Uint8Array(readFileSync(path));
    conformance(() => new VirtualBoardDriver(firmware));
  });
});
