import { isFobError } from 'passfob/client';
import { expect, it } from 'vitest';
import { countOf, firstSeed, LONG, share } from '../../kit/counts.ts';
import { LIVES_PARTS } from '../../tools/runner/lives.ts';
import { births } from './kit/births.ts';
import { UsedLife } from './kit/used-life.ts';

/** In `npm test`. */
const FEW_LIVES = 12;
/** In a long run, which tries its share of them. CI's share of all would take minutes that it does not have. */
const MANY_LIVES = share < 1 ? 2000 : 10_000;
/** For each part of a full run. */
const TIMEOUT_MS = 7_200_000;

/** From 0; each project of the runner lives another part. */
const part = Number(process.env.PASSFOB_LIVES_PART ?? 0);

/** The numbers of the lives of this part: `PASSFOB_SEED=n` repeats life n alone, in the project of its part. */
function numbers(): number[] {
  const isOurs = (number: number) => number % LIVES_PARTS === part;
  const one = process.env.PASSFOB_SEED;
  if (one) return [Number(one)].filter(isOurs);
  const count = countOf(FEW_LIVES, MANY_LIVES);
  return Array.from({ length: count }, (_, index) => firstSeed() + index).filter(isOurs);
}

/** Returns how many codes it showed. */
async function live(life: UsedLife, number: number): Promise<number> {
  try {
    await life.run();
  } catch (error) {
    // A header torn in a certain way loses all of Storage, the image too, and ends this life (docs/boards/pico.md).
    const isErased = life.driver.fob.consoleText().includes('Storage is corrupt');
    if (!(isErased && isFobError(error, 'no-answer')))
      throw new Error(`PASSFOB_SEED=${number}: ${life.told.join(', ')}`, { cause: error });
  } finally {
    life.driver.fob.close();
  }
  return life.shown;
}

it(`fobs in random use keep accounts, counters, PIN and clock: part ${part + 1} of ${LIVES_PARTS}`, {
  ...LONG,
  timeout: TIMEOUT_MS,
}, async () => {
  const born = await births();
  const lives = numbers();
  let shown = 0;
  for (const number of lives) shown += await live(new UsedLife(number, born), number);
  // Otherwise the lives would show nothing.
  if (lives.length > 1) expect(shown).toBeGreaterThan(0);
});
