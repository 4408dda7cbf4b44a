import type { VirtualBoard } from '@passfob/simulator';
import type { Context } from 'passfob/commands/context';
import { flash } from 'passfob/commands/flash';
import type { BoardPort } from 'passfob/commands/flash-steps';
import { pipe } from 'passfob/transports/pipe';
import { expect, it, vi } from 'vitest';
import { accountsOn, enrolled, NO_QUESTIONS } from '../../flash/owner.ts';
import { workplace } from '../../host/kit/workplace.ts';
import { describeNeeds, needsEspruinosArm } from '../../kit/tools.ts';
import { booted } from './espruino-kit.ts';

// Half a minute of the board's time, at half of its speed where other tests keep the machine busy.
vi.setConfig({ testTimeout: 300_000 });

/** The board's time that passes between two looks at its cable. */
const PIECE_MS = 10;
/** How long a question takes no answer, and longer than an approval takes. */
const DEAF_MS = 900;
const APPROVE_MS = 1300;
/** Of the computer's time: a board on a busy machine answers late. */
const PATIENCE = { probe: { answerTimeoutMs: 20_000, sendsMax: 1 }, consoleMs: 20_000, restartMs: 60_000 };

/** A cable to a board, whose time passes while the cable is plugged in. */
function cableOf(board: VirtualBoard): BoardPort {
  const open = async () => {
    const pump = setInterval(() => board.advance(PIECE_MS), 0);
    const cable = pipe({
      name: 'cable',
      write: async text => board.link.write(Buffer.from(text, 'latin1')),
      release: async () => {
        clearInterval(pump);
        stop();
      },
    });
    const stop = board.link.onData(bytes => cable.receive(bytes));
    return cable.transport;
  };
  return { address: 'cable', patience: PATIENCE, open };
}

/** An owner who holds the button when a command asks for it. */
function ownerOf(board: VirtualBoard): Context {
  const { context } = workplace();
  return {
    ...context,
    report(progress) {
      context.report(progress);
      if (progress.event !== 'press-needed') return;
      board.advance(DEAF_MS);
      board.press(0, APPROVE_MS);
    },
  };
}

describeNeeds(needsEspruinosArm(), "Espruino's own firmware on the virtual board", paths => {
  it.each(paths)(
    '%s becomes a fob by flashing, keeps an account, and shows it after a power cut',
    async path => {
      const board = booted(path);
      const context = ownerOf(board);
      const port = cableOf(board);
      const result = await flash(context, port, { board: 'pico', isDryRun: false, ...NO_QUESTIONS });
      expect(result).toMatchObject({ board: 'pico', pairing: 'new', isDryRun: false });
      await enrolled(context, { port }, ['anna']);
      expect(await accountsOn(context, { port })).toEqual(['anna']);
      board.cutPower();
      board.advance(1000);
      board.powerOn();
      board.advance(2000);
      expect(board.screen().text.join(' ')).toContain('anna');
      expect(await accountsOn(context, { port })).toEqual(['anna']);
      expect(board.violations).toEqual([]);
      board.close();
    },
  );
});
