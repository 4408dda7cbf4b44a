import { it } from 'vitest';
import { LONG, seedsOrOne } from '../../../kit/counts.ts';
import { describeNeeds } from '../../../kit/tools.ts';
import { needsBoardFirmware } from '../kit/built-board.ts';
import { liveThroughCuts } from '../kit/cut-life.ts';
import { virtualFobs } from '../kit/resting-fob.ts';

/** Three hundred cuts. `PASSFOB_SEED=n` repeats one life, as the message of a failure says. */
const SEEDS = seedsOrOne(1, 20);

describeNeeds(
  needsBoardFirmware(),
  "the fob on Espruino's own firmware whose power goes at random",
  firmwares => {
    it.each(firmwares)(
      '$name loses no account, revives none, shows no HOTP value twice, and always has one owner or none',
      { ...LONG, timeout: 7_200_000 },
      async ({ bytes, board }) => {
        const make = await virtualFobs(bytes, board);
        for (const seed of SEEDS) {
          const start = performance.now();
          const cuts = await liveThroughCuts(seed, make, board);
          console.log(
            `life ${seed}: ${cuts} losses of power in ${((performance.now() - start) / 1000).toFixed(0)} s`,
          );
        }
      },
    );
  },
);
