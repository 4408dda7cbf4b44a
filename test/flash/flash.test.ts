import { expect, it } from 'vitest';
import { flash } from '../../host/commands/flash.ts';
import { workplace } from '../host/kit/workplace.ts';
import { Board } from './kit.ts';

const yes = { confirm: async () => undefined };

it('makes a fob of a board', async () => {
  const board = new Board();
  const { context, reported } = workplace();
  try {
    const result = await flash(context, board.port, { board: 'pico', isDryRun: false, ...yes });
    console.log(result, reported);
  } catch (e) { console.log(e, board.received.slice(-600)); throw e }
  console.log(board.fob.screen().text, board.fob.consoleText());
});
