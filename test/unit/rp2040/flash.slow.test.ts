import { makeRandomness } from '@passfob/simulator/base/randomness';
import { connect } from 'passfob/client/client';
import type { Context } from 'passfob/commands/context';
import { flash } from 'passfob/commands/flash';
import { isFobError } from 'passfob/errors';
import { describe, expect, it } from 'vitest';
import { seedsOf } from '../../kit/counts.ts';
import { describeNeeds } from '../../kit/tools.ts';
import { NO_QUESTIONS } from '../../system/flash/owner.ts';
import { workplace } from '../host/kit/workplace.ts';
import { type RpPico, rpPico } from './board/fob.ts';
import { approve, flashPort } from './kit/flash-port.ts';
import { needsRp2040 } from './kit/picos.ts';

/** Operations of the flash in which a board gets its image. */
const OPERATIONS = 180;
const YES = { ...NO_QUESTIONS, confirm: async () => undefined };

/** An owner whose person approves at the board. */
function ownerOf(board: RpPico): Context {
  const { context } = workplace();
  const report: Context['report'] = progress => {
    if (progress.event === 'press-needed') approve(board);
  };
  return { ...context, report };
}

const flashed = (context: Context, board: RpPico) =>
  flash(context, flashPort(board), { board: 'rpi-pico', isDryRun: false, ...YES });

async function expectOwned(board: RpPico): Promise<void> {
  board.cutPower();
  board.powerOn();
  const transport = await flashPort(board).open();
  const { state, board: kind } = await connect(transport).hello();
  await transport.close();
  expect([state, kind]).toEqual(['owned', 'rpi-pico']);
  expect(board.consoleText()).not.toContain('Uncaught');
  expect(board.violations).toEqual([]);
}

describeNeeds(needsRp2040(), 'flashing a Raspberry Pi Pico with its real firmware', firmwares => {
  describe.each(firmwares)('$name', ({ chip }) => {
    it('passfob flash makes a fob of a board with nothing but Espruino', async () => {
      const board = rpPico({ ...chip, seed: 1 });
      const before = board.operations;
      const start = performance.now();
      const result = await flashed(ownerOf(board), board);
      expect(result).toMatchObject({ pairing: 'new', board: 'rpi-pico', isDryRun: false });
      const seconds = ((performance.now() - start) / 1000).toFixed(0);
      console.log(
        `${board.operations - before} operations, ${board.ranMs()} ms of the board, in ${seconds} s`,
      );
      await expectOwned(board);
    });

    it.each(seedsOf(3, 20))(
      'a flashing that lost its power goes on with the same pairing, seed %i',
      async seed => {
        const board = rpPico({ ...chip, seed });
        const context = ownerOf(board);
        board.cutPowerAtOperation(1 + makeRandomness(seed, 'cut').below(OPERATIONS));
        const first = await flashed(context, board).catch((error: unknown) => {
          if (!isFobError(error)) throw error;
          return error;
        });
        console.log(`seed ${seed}: ${board.powered ? 'no cut' : `cut, ${first}`}`);
        board.powerOn();
        await flashed(context, board);
        await expectOwned(board);
      },
    );
  });
});
