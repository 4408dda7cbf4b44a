import { FobError } from '../../errors.ts';
import { FLASH_BOARDS } from '../../flash/boards.ts';
import type { BoardConsole } from '../../flash/console.ts';
import { ASK_MS, EXCEPTION_CHARS_MAX, SILENCE_MS } from './limits.ts';

/**
 * Ends the test on the board, as the power does. After `reset()` a console that was taken from the port would stay away,
 * and the board's own program would not run again.
 */
export const BOARD_END = FLASH_BOARDS.pico.restart;

/** Time outside the board. */
export interface Watch {
  /** Milliseconds of a clock that never jumps. */
  now(): number;
  /** @throws FobError `cancelled` */
  pause(ms: number): Promise<void>;
}

/** An exception of a program on the board. */
export class BoardException extends Error {
  override readonly name = 'BoardException';
}

/**
 * A board during its self-test. The programs that it runs are in its memory alone. A restart ends them: the last step
 * of the test, or the board itself once the computer has been silent.
 */
export class BoardUnderTest {
  readonly repl: BoardConsole;
  readonly watch: Watch;
  private readonly signal: AbortSignal | undefined;

  constructor(repl: BoardConsole, watch: Watch, signal?: AbortSignal) {
    this.repl = repl;
    this.watch = watch;
    this.signal = signal;
  }

  /** Has the board end the test by itself after a silence, from now on. */
  async begin(): Promise<void> {
    await this.repl.evaluate(
      '(global.PFk=function(){if(global.PFt)clearTimeout(PFt);' +
        `PFt=setTimeout(function(){${BOARD_END}},${SILENCE_MS})},PFt=0,PFk(),true)`,
      ASK_MS,
    );
  }

  /**
   * Runs an expression on the board.
   * @throws BoardException if it threw
   * @throws FobError `no-answer` if it took too long, `unplugged`, `cancelled`
   */
  async ask(expression: string): Promise<unknown> {
    if (this.signal?.aborted) throw new FobError('cancelled');
    const tried = `(function(){PFk();try{return[1,${expression}]}catch(e){return[0,""+e]}})()`;
    const answer = await this.repl.evaluate(tried, ASK_MS);
    if (!Array.isArray(answer)) throw new FobError('no-answer', { subject: this.repl.name });
    if (answer[0] === 1) return answer[1];
    throw new BoardException(String(answer[1]).slice(0, EXCEPTION_CHARS_MAX));
  }

  /** As `ask`, for a list of numbers. @throws FobError `no-answer` for any other value */
  async numbers(expression: string): Promise<number[]> {
    const value = await this.ask(expression);
    const numbers = Array.isArray(value) ? value.map(Number) : [];
    if (numbers.length === 0 || numbers.some(Number.isNaN)) {
      throw new FobError('no-answer', { subject: this.repl.name });
    }
    return numbers;
  }
}
