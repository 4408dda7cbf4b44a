import { isFobError } from 'passfob/client';
import { expect } from 'vitest';
import { firstSeed, share } from '../../kit/counts.ts';
import { births } from './births.ts';
import { UsedLife } from './used-life.ts';

/** Files that share the lives, so that each has a worker of its own. */
const PARTS = 4;
/** In `npm test`. */
export const FEW_LIVES = 12;
/** In a long run, which tries its share of them. CI's share of all would take minutes that it does not have. */
export const MANY_LIVES = share < 1 ? 2000 : 10_000;
/** For each part of a full run. */
export const LIVES_TIMEOUT_MS = 7_200_000;

/** The numbers of the lives of one part, of so many of all parts: `PASSFOB_SEED=n` repeats life n alone. */
function numbers(part: number, count: number): number[] {
  const isOurs = (number: number) => number % PARTS === part;
  const one = process.env.PASSFOB_SEED;
  if (one) return [Number(one)].filter(isOurs);
  return Array.from({ length: count }, (_, index) => firstSeed() + index).filter(isOurs);
}

/**
 * Lives the lives of one part.
 * @param part from 0
 * @param count of the lives of all parts
 */
export async function liveAll(part: number, count: number): Promise<void> {
  const born = await births();
  const lives = numbers(part, count);
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
