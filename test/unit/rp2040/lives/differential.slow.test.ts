import { describe, expect, it } from 'vitest';
import { births } from '../../../fob/simulation/kit/births.ts';
import { LONG, seedsOrOne } from '../../../kit/counts.ts';
import { describeNeeds } from '../../../kit/tools.ts';
import { difference } from '../../emulator/lives/difference.ts';
import { picoMemory } from '../kit/memory.ts';
import { needsRp2040, rpPicoFobs } from '../kit/picos.ts';

/** `PASSFOB_SEED=n` repeats one scenario, as the message of a failure says. */
const SEEDS = seedsOrOne(1, 100);

describeNeeds(needsRp2040(), 'the imitated rpi-pico beside a real firmware', firmwares => {
  describe.each(firmwares)('$name', { ...LONG, timeout: 7_200_000 }, firmware => {
    it('the imitated board answers and shows the same as the firmware in random scenarios', async () => {
      const born = await births('rpi-pico');
      const found: string[] = [];
      const start = performance.now();
      for (const seed of SEEDS) {
        const birth = born[seed % born.length];
        if (birth === undefined) throw new Error('no fob is born');
        const onBoard = { ...birth, image: picoMemory(birth.image, firmware.chip.program) };
        const text = await difference(seed, birth, onBoard, rpPicoFobs(firmware), 'rpi-pico');
        if (text) console.log(text);
        if (text) found.push(text);
      }
      const seconds = ((performance.now() - start) / 1000).toFixed(0);
      console.log(
        `${SEEDS.length} scenarios from seed ${SEEDS[0]}, ${found.length} with a difference, in ${seconds} s`,
      );
      expect(found.join('\n')).toBe('');
    });
  });
});
