import { isFobError } from 'passfob/client';
import { expect } from 'vitest';
import { firstSeed, isBigRun, share } from '../../kit/counts.ts';
import { births } from './births.ts';
import { UsedLife } from './used-life.ts';

/** Files that share the lives, so that each has a worker of its own. */
const PARTS = 4;
const LIVES = 10_000;
const FEW = 12;
/** For each part of a full run. */
export const LIVES_TIMEOUT_MS = 7_200_000;

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

/** Lives the lives of one part. @param part from 0 */
export async function liveAll(part: number): Promise<void> {
  const born = await births();
  const lives = numbers(part);
  let shown = 0;
  for (const number of lives) shown += await live(new UsedLife(number, born), number);
  // Otherwise the lives would show nothing.
  if (lives.length > 1) expect(shown).toBeGreaterThan(0);
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
