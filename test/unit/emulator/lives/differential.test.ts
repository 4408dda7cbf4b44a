import { expect, it } from 'vitest';
import { births } from '../../../fob/simulation/kit/births.ts';
import { LONG, seedsOrOne } from '../../../kit/counts.ts';
import { describeNeeds } from '../../../kit/tools.ts';
import { boardMemory } from '../kit/board-memory.ts';
import { needsBoardFirmware } from '../kit/built-board.ts';
import { virtualFobs } from '../kit/resting-fob.ts';
import { difference } from './difference.ts';

/** `PASSFOB_SEED=n` repeats one scenario, as the message of a failure says. */
const SEEDS = seedsOrOne(1, 100);

describeNeeds(needsBoardFirmware(), "the imitated board beside Espruino's own firmware", firmwares => {
  it.each(firmwares)(
    '$name answers, shows and types the same in random scenarios',
    { ...LONG, timeout: 7_200_000 },
    async ({ bytes, board }) => {
      const make = await virtualFobs(bytes, board);
      const born = await births(board);
      const found: string[] = [];
      for (const seed of SEEDS) {
        const birth = born[seed % born.length];
        if (birth === undefined) throw new Error('no fob is born');
        const onBoard = { ...birth, image: boardMemory(birth.image, bytes, board) };
        const text = await difference(seed, birth, onBoard, make, board);
        if (text) console.log(text);
        if (text) found.push(text);
      }
      console.log(`${SEEDS.length} scenarios from seed ${SEEDS[0]}, ${found.length} with a difference`);
      expect(found.join('\n')).toBe('');
    },
  );
});
