import { expect, it } from 'vitest';
import { Board } from './kit.ts';
import { flashed, ownerOf } from './owner.ts';

it('makes a fob of a board', async () => {
  const board = new Board();
  const { context, reported } = ownerOf(() => board);
  try {
    await flashed(context, board);
  } catch (e) {
    console.log(
      e,
      JSON.stringify(board.received.slice(-300)),
      JSON.stringify(board.sent.slice(-900)),
      board.fob.consoleText().slice(-500),
    );
    throw e;
  }
});
