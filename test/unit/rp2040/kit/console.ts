import type { RpPico } from '../board/fob.ts';

/** Longer than any program of these tests runs. */
const ANSWER_MS = 20_000;
const LOOK_MS = 10;
const START_MS = 1_500;

/** Starts a board that has Espruino alone, until its console listens. */
export function started(board: RpPico): RpPico {
  board.advance(START_MS);
  return board;
}

/**
 * Evaluates an expression at the console of a board without an image, and returns its value.
 *
 * @throws Error for what the expression throws, and where no answer comes
 */
export function evaluate(board: RpPico, expression: string): unknown {
  let text = '';
  const stop = board.link.onData(bytes => {
    text += Buffer.from(bytes).toString('latin1');
  });
  const program = `try{print("\\xa7"+JSON.stringify([${expression}])+"\\xb6")}catch(e){print("\\xa7!"+e+"\\xb6")}`;
  // DLE keeps the console from repeating the line.
  board.link.write(Buffer.from(`\x10${program}\n`, 'latin1'));
  for (let ms = 0; !text.includes('¶') && ms < ANSWER_MS; ms += LOOK_MS) board.advance(LOOK_MS);
  stop();
  const [, answer = '!no answer'] = /§([^¶]*)¶/.exec(text) ?? [];
  if (answer.startsWith('!')) throw new Error(`${expression}: ${answer.slice(1)}`);
  const [value] = JSON.parse(answer) as readonly unknown[];
  return value;
}
