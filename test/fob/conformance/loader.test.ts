import { expect } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { Interpreter } from '../../kit/interpreter.ts';
import { itNeeds, needsEspruino } from '../../kit/tools.ts';

itNeeds(
  needsEspruino(),
  'the real interpreter boots the image out of flash, through the loader',
  async binary => {
    const folder = temporaryFolder('loader');
    const interpreter = new Interpreter([binary], folder);
    try {
      await interpreter.flash({});
      await interpreter.start({ from: 'flash' });
      const { screen } = await interpreter.order({ ms: 0, utc: 1_800_000_000 });
      // Without saved randomness it asks for button presses first.
      expect(screen.join(' ')).toMatch(/0% Gathering chance/);
    } finally {
      await interpreter.stop();
    }
  },
);
