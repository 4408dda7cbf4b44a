import { flash } from 'passfob/commands/flash';
import type { BoardPort } from 'passfob/commands/flash-steps';
import { FobError } from 'passfob/errors';
import { buildAtPrompt, knock } from 'passfob/transports/knock';
import { pipe } from 'passfob/transports/pipe';
import { expect, it } from 'vitest';
import { describeNeeds } from '../../../kit/tools.ts';
import { workplace } from '../../host/kit/workplace.ts';
import { type RpPico, rpPico } from '../board/fob.ts';
import { started } from '../kit/console.ts';
import { needsRp2040 } from '../kit/picos.ts';

/** How long the board runs for each text that arrives: it then has answered. */
const WORK_MS = 60;
const LOOK_MS = 20;
/** More real time than the board needs for the longest answer, at a third of its speed. */
const PATIENCE = { probe: { answerTimeoutMs: 2_000, sendsMax: 2 }, consoleMs: 4_000, restartMs: 60_000 };

/** The cable of a board, which runs while somebody waits for it. */
function portOf(board: RpPico): BoardPort & { readonly sent: string[] } {
  const sent: string[] = [];
  return {
    address: 'cable',
    isShared: true,
    patience: PATIENCE,
    sent,
    async open() {
      const timer = setInterval(() => board.advance(LOOK_MS), LOOK_MS);
      const cable = pipe({
        name: 'cable',
        async write(text) {
          if (!board.powered) throw new FobError('unplugged', { subject: 'cable' });
          sent.push(text);
          board.link.write(Buffer.from(text, 'latin1'));
          board.advance(WORK_MS);
        },
        release: async () => {
          clearInterval(timer);
          stop();
        },
      });
      const stop = board.link.onData(bytes => cable.receive(bytes));
      return cable.transport;
    },
  };
}

describeNeeds(needsRp2040(), "passfob flash on Espruino's own firmware for the RP2040", firmwares => {
  it.each(firmwares)(
    'an Espruino answers the knock by its prompt and names its build: $name',
    async ({ chip }) => {
      const board = started(rpPico({ ...chip, seed: 1 }));
      const port = portOf(board);
      const cable = await port.open();
      expect(await knock(cable, PATIENCE.probe)).toBe('prompt');
      expect(await buildAtPrompt(cable, PATIENCE.consoleMs)).toBe('ESPR_RP2040_PICO');
      expect(port.sent).toEqual(['\n', 'process.env.BOARD\n']);
      await cable.close();
      board.close();
    },
  );

  it.each(firmwares)(
    'flash makes a fob of an Espruino, which then answers the knock by ACK: $name',
    async ({ chip }) => {
      const board = started(rpPico({ ...chip, seed: 1 }));
      const port = portOf(board);
      const { context } = workplace();
      const confirm = async (question: string) => {
        throw new Error(`it asked: ${question}`);
      };
      const result = await flash(context, port, { board: 'rpi-pico', isDryRun: false, confirm });
      expect(result).toMatchObject({ board: 'rpi-pico', pairing: 'new', isDryRun: false });
      expect(port.sent.join('')).not.toContain('\x03');
      const cable = await port.open();
      expect(await knock(cable, PATIENCE.probe)).toBe('fob');
      await cable.close();
      expect(board.violations).toEqual([]);
      board.close();
    },
  );
});
