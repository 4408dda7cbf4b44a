import type { VirtualBoard } from '@passfob/emulator';
import type { Context } from 'passfob/commands/context';
import { flash } from 'passfob/commands/flash';
import type { BoardPort } from 'passfob/commands/flash-steps';
import { pipe } from 'passfob/transports/pipe';
import { expect, it } from 'vitest';
import { accountsOn, enrolled, NO_QUESTIONS } from '../../flash/owner.ts';
import { workplace } from '../../host/kit/workplace.ts';
import { describeNeeds, needsEspruinosArm } from '../../kit/tools.ts';
import { booted } from './espruino-kit.ts';

// Half a minute of the board's time, of which a busy machine makes minutes.

/** The board's time that passes between two looks at its cable. */
const PIECE_MS = 10;
/** The board's time in which it answers what is sent, unless it is idle before that. */
const ANSWER_MS = 1000;
/** The part of a piece that a board without work is idle, and after how many such pieces nothing more comes. */
const IDLE_SECONDS = (0.5 * PIECE_MS) / 1000;
const IDLE_PIECES = 3;
/** How long a question takes no answer, and longer than an approval takes. */
const DEAF_MS = 900;
const APPROVE_MS = 1300;
/** Of the computer's time: a board on a busy machine answers late. */
const PATIENCE = { probe: { answerTimeoutMs: 3000, sendsMax: 1 }, consoleMs: 20_000, restartMs: 60_000 };

/**
 * A cable to a board, whose time passes while the cable is plugged in. What is sent is answered at once by the clock of
 * this computer, which is faster than the board where other tests keep it busy.
 */
function cableOf(board: VirtualBoard): BoardPort {
  const send = async (text: string) => {
    board.link.write(Buffer.from(text, 'latin1'));
    let idle = 0;
    for (let ms = 0; ms < ANSWER_MS && idle < IDLE_PIECES; ms += PIECE_MS) {
      const { idleSeconds } = board.counters();
      board.advance(PIECE_MS);
      if (board.counters().idleSeconds - idleSeconds > IDLE_SECONDS) idle++;
    }
  };
  const open = async () => {
    const pump = setInterval(() => board.advance(PIECE_MS), 0);
    const cable = pipe({
      name: 'cable',
      write: send,
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
