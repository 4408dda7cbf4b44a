import { describe } from 'vitest';
import { describeNeeds } from '../../kit/tools.ts';
import { builtBoard, needsBoardFirmware } from '../../unit/emulator/kit/built-board.ts';
import { conformance } from './suite.ts';
import { VirtualBoardDriver } from './virtual-board-driver.ts';

// A board computes at about half the speed of a real one.

describeNeeds(needsBoardFirmware(), 'the image on the firmware of a virtual board', firmwares => {
  describe.each(firmwares)('$name', ({ bytes, board }) => {
    conformance(async () => new VirtualBoardDriver(await builtBoard(), bytes, { board }));
  });
});
