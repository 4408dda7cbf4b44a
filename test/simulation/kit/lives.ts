import { isFobError } from 'passfob/client';
import { describe, expect, it } from 'vitest';
import { firstSeed, isBigRun, LONG, share } from '../../kit/counts.ts';
import { births } from './births.ts';
import { UsedLife } from './used-life.ts';

/** Files that share the lives, so that each has a worker of its own. */
const PARTS = 4;
const LIVES = 10_000;
const FEW = 12;
const TIMEOUT_MS = 7_200_000;

/**
 * The numbers of the lives of one part: `PASSFOB_SEED=n` repeats life n alone. Of a share of a long run the square is
 * tried, since a life takes a tenth of a second: a tenth means a hundred lives.
 */
function numbers(part: number): number[] {
  const isOurs = (number: number) => number % PARTS === part;
  const one = process.env.PASSFOB_SEED;
  if (one) return [Number(one)].filter(isOurs);
  const count = isBigRun ? Math.ceil(LIVES * share ** 2) : FEW;
  return Array.from({ length: count }, (_, index) => firstSeed() + index).filter(isOurs);
}

/** Tests one of the parts. @param part from 0 */
export function testLives(part: number): void {
  describe('fobs in the hands of people', { ...LONG, timeout: TIMEOUT_MS }, () => {
    it(`fobs in random use keep accounts, counters, PIN and clock: part ${part + 1} of ${PARTS}`, async () => {
      const born = await births();
      const lives = numbers(part);
      let shown = 0;
      for (const number of lives) shown += await live(new UsedLife(number, born), number);
      // Otherwise the lives would show nothing.
      if (lives.length > 1) expect(shown).toBeGreaterThan(0);
    });
  });
}

/** Returns how many codes it showed. */
async function live(life: UsedLife, number: number): Promise<number> {
  try {
    await life.run();
  } catch (error) {
    // A header torn in a certain way loses all of Storage, the image too, and ends this life (docs/boards/pico.md).
    const isErased = life.driver.fob.consoleText().includes('Storage is corrupt');
    if (!(isErased && isFobError(error, 'no-answer'))) {
      throw new Error(`PASSFOB_SEED=${number}: ${life.told.join(', ')}`, { cause: error });
    }
  } finally {
    life.driver.fob.close();
  }
  return life.shown;
}
