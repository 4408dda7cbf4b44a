import { describe } from 'vitest';
import { describeNeeds, needsEspruinos32 } from '../../kit/tools.ts';
import { InterpreterDriver } from './interpreter-driver.ts';
import { conformance } from './suite.ts';

/**
 * As on a board: variables of 13 bytes, a fixed number of them, and functions that run from Storage. Flat strings find
 * less room, and 2v26 to 2v29 lose bytes at their ports.
 */
describeNeeds(needsEspruinos32(), 'the bench image out of flash on a 32-bit interpreter', binaries => {
  describe.each(binaries)('%s', binary => {
    conformance(() => InterpreterDriver.make(binary, 'flash'));
  });
});
