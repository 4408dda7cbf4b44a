import { expect, it } from 'vitest';
import { SimulatorDriver } from '../../fob/conformance/simulator-driver.ts';

/** A blank fob without a seed counts the edges of its button: two to a press, of four bits each, and needs 80. */
const PERCENT_A_PRESS = 10;

it('a button that bounces gives two edges to a press, whatever the seed of its bounces', async () => {
  for (let seed = 1; seed <= 8; seed++) {
    const one = new SimulatorDriver({ seed, birth: new Uint8Array(0) });
    for (let presses = 1; presses <= 5; presses++) {
      await one.press();
      const text = (await one.screen()).join(' ');
      expect({ seed, text }).toEqual({
        seed,
        text: expect.stringContaining(`${presses * PERCENT_A_PRESS}% `),
      });
    }
    await one.close();
  }
});
