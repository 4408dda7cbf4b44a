import type { BoardName } from '@passfob/simulator';
import { isFobError } from 'passfob/errors';
import { expect } from 'vitest';
import { Life, type MakeFob } from '../../../fob/simulation/kit/life.ts';

/** A step takes two to five seconds, most of which is the boot after the power was lost in it. */
const STEPS = 20;
/** The last operations of the memories, for the message of a failure. */
const WRITES_TOLD = 8;
/** On a board the keys go into flash word by word. */
const PAIR_CUT_MAX = 36;
/** A second, and the work of the board meanwhile. */
const APPROVE_HOLD_MS = 2_500;

/**
 * Lets a fob on Espruino's own firmware be used at random while its power goes at random. Returns how often it went.
 *
 * @param board of the image
 */
export async function liveThroughCuts(
  seed: number,
  make: MakeFob,
  board: BoardName = 'pico',
): Promise<number> {
  const life = new Life(seed, {
    make,
    board,
    cutOften: 1,
    cutMax: 4,
    pairCutMax: PAIR_CUT_MAX,
    approveHoldMs: APPROVE_HOLD_MS,
  });
  const { fob } = life.driver;
  const writes: string[] = [];
  let cuts = 0;
  fob.onEvent(event => {
    if (event.kind === 'power' && event.change === 'off') cuts++;
    if (event.kind === 'memory')
      writes.push(`${event.memory} ${event.act} ${event.at} at ${event.atUs / 1e6}`);
  });
  try {
    await life.settle();
    for (let step = 0; step < STEPS; step++) await life.step();
    expect(fob.violations).toEqual([]);
  } catch (error) {
    // As in test/fob/simulation/life.test.ts: a header torn in a certain way loses all of Storage, the image too.
    const isErased = fob.consoleText().includes('Storage is corrupt');
    if (!(isErased && isFobError(error, 'no-answer'))) {
      const told = [...life.told, ...fob.violations, ...writes.slice(-WRITES_TOLD)].join(', ');
      throw new Error(`PASSFOB_SEED=${seed}: ${told}`, { cause: error });
    }
    console.log(`seed ${seed} ends: the firmware erased its corrupt Storage`);
  } finally {
    fob.close();
  }
  return cuts;
}
