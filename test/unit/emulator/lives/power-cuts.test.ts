import { readFileSync } from 'node:fs';
import { isFobError } from 'passfob/errors';
import { expect, it } from 'vitest';
import { Life, type MakeFob } from '../../../fob/simulation/kit/life.ts';
import { LONG, seedsOrOne } from '../../../kit/counts.ts';
import { describeNeeds } from '../../../kit/tools.ts';
import { needsFirmware } from '../kit/built-board.ts';
import { virtualFobs } from '../kit/resting-fob.ts';

/** A step takes two to five seconds, most of which is the boot after the power was lost in it. */
const STEPS = 20;
/** Three hundred cuts. `PASSFOB_SEED=n` repeats one life, as the message of a failure says. */
const SEEDS = seedsOrOne(1, 20);
/** The last operations of the memories, for the message of a failure. */
const WRITES_TOLD = 8;
/** On a board the keys go into flash word by word. */
const PAIR_CUT_MAX = 36;
/** A second, and the work of the board meanwhile. */
const APPROVE_HOLD_MS = 2_500;

/** Returns how often the power was lost. */
async function live(seed: number, make: MakeFob): Promise<number> {
  const life = new Life(seed, {
    make,
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

describeNeeds(needsFirmware(), "the fob on Espruino's own firmware whose power goes at random", paths => {
  it.each(paths)(
    '%s loses no account, revives none, shows no HOTP value twice, and always has one owner or none',
    { ...LONG, timeout: 7_200_000 },
    async path => {
      const make = await virtualFobs(new Uint8Array(readFileSync(path)));
      for (const seed of SEEDS) {
        const start = performance.now();
        const cuts = await live(seed, make);
        console.log(
          `life ${seed}: ${cuts} losses of power in ${((performance.now() - start) / 1000).toFixed(0)} s`,
        );
      }
    },
  );
});
