import { readFileSync } from 'node:fs';
import { it } from 'vitest';
import { LONG, seedsOrOne } from '../../../kit/counts.ts';
import { describeNeeds } from '../../../kit/tools.ts';
import { needsFirmware } from '../kit/built-board.ts';
import { liveThroughCuts } from '../kit/cut-life.ts';
import { virtualFobs } from '../kit/resting-fob.ts';

/** Three hundred cuts. `PASSFOB_SEED=n` repeats one life, as the message of a failure says. */
const SEEDS = seedsOrOne(1, 20);

describeNeeds(needsFirmware(), "the fob on Espruino's own firmware whose power goes at random", paths => {
  it.each(paths)(
    '%s loses no account, revives none, shows no HOTP value twice, and always has one owner or none',
    { ...LONG, timeout: 7_200_000 },
    async path => {
      const make = await virtualFobs(new Uint8Array(readFileSync(path)));
      for (const seed of SEEDS) {
        const start = performance.now();
        const cuts = await liveThroughCuts(seed, make);
        console.log(
          `life ${seed}: ${cuts} losses of power in ${((performance.now() - start) / 1000).toFixed(0)} s`,
        );
      }
    },
  );
});
