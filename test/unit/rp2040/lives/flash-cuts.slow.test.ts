import { makeRandomness } from '@passfob/simulator/base/randomness';
import { connect } from 'passfob/client/client';
import type { Context } from 'passfob/commands/context';
import { flash } from 'passfob/commands/flash';
import { isFobError } from 'passfob/errors';
import { describe, expect, it } from 'vitest';
import { LONG, seedsOrOne } from '../../../kit/counts.ts';
import { describeNeeds } from '../../../kit/tools.ts';
import { NO_QUESTIONS } from '../../../system/flash/owner.ts';
import { workplace } from '../../host/kit/workplace.ts';
import { type RpPico, rpPico } from '../board/fob.ts';
import { approve, flashPort } from '../kit/flash-port.ts';
import { needsRp2040 } from '../kit/picos.ts';

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

describeNeeds(needsRp2040(), 'passfob flash on a Raspberry Pi Pico whose power goes', firmwares => {
  describe.each(firmwares)('$name', { ...LONG, timeout: 7_200_000 }, ({ chip }) => {
    it.each(seedsOrOne(3, 20))(
      'a flashing that lost its power goes on with the same pairing, seed %i',
      async seed => {
        const board = rpPico({ ...chip, seed });
        const context = ownerOf(board);
        board.cutPowerAtOperation(1 + makeRandomness(seed, 'cut').below(OPERATIONS));
        const first = await flashed(context, board).catch((error: unknown) => {
          if (!isFobError(error)) throw error;
          return error;
        });
        expect(board.powered, `PASSFOB_SEED=${seed}: ${first}`).toBe(false);
        board.powerOn();
        await flashed(context, board);
        await expectOwned(board);
      },
    );
  });
});
