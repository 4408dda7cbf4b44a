import { describe, expect, it } from 'vitest';
import { LONG, seedsOrOne } from '../../../kit/counts.ts';
import { describeNeeds } from '../../../kit/tools.ts';
import { liveThroughCuts } from '../../emulator/kit/cut-life.ts';
import { needsRp2040, rpPicoFobs } from '../kit/picos.ts';

/** Three hundred cuts. `PASSFOB_SEED=n` repeats one life, as the message of a failure says. */
const SEEDS = seedsOrOne(1, 18);

describeNeeds(needsRp2040(), 'an rpi-pico whose power goes at random', firmwares => {
  describe.each(firmwares)('$name', { ...LONG, timeout: 7_200_000 }, firmware => {
    it('a fob loses no account, revives none, shows no HOTP value twice, and always has one owner or none', async () => {
      let all = 0;
      for (const seed of SEEDS) {
        const start = performance.now();
        const cuts = await liveThroughCuts(seed, rpPicoFobs(firmware), 'rpi-pico');
        const seconds = ((performance.now() - start) / 1000).toFixed(0);
        console.log(`life ${seed}: ${cuts} losses of power in ${seconds} s`);
        all += cuts;
      }
      expect(all).toBeGreaterThan(0);
    });
  });
});
