import type { BoardCounters } from '@passfob/emulator/board/options';
import type { SimulatedFob } from '@passfob/simulator/base/fob';

/** The work of the board for one thing that a person or a computer waits for. */
export interface BoardCost {
  readonly instructions: number;
  /** Of the board's time. */
  readonly milliseconds: number;
}

/** Work and time of a board at one moment. */
export type Moment = Pick<BoardCounters, 'instructions' | 'seconds'>;

/** A board that counts its work. */
export interface MeasuredBoard extends SimulatedFob {
  counters(): Pick<BoardCounters, 'instructions' | 'seconds' | 'deepSleepSeconds'>;
}

export function between(from: Moment, to: Moment): BoardCost {
  return {
    instructions: Math.round(to.instructions - from.instructions),
    milliseconds: Math.round((to.seconds - from.seconds) * 10_000) / 10,
  };
}

/** Returns the middle one of some costs, by their time. */
export function typical(costs: readonly BoardCost[]): BoardCost {
  const sorted = [...costs].sort((one, other) => one.milliseconds - other.milliseconds);
  const middle = sorted[sorted.length >> 1];
  if (middle === undefined) throw new Error('nothing was measured');
  return middle;
}

/** A pause after which the display is drawn completely. */
const DRAWN_SECONDS = 0.025;
const PIECE_MS = 1;

/** Takes the exact moments at which a board last changed its display, last sent something, and last typed. */
export class Watcher {
  readonly #board: MeasuredBoard;
  #drawn: Moment;
  #sent: Moment;

  constructor(board: MeasuredBoard) {
    this.#board = board;
    this.#drawn = board.counters();
    this.#sent = this.#drawn;
    board.onScreen(() => {
      // A board that does not know tells of each change.
      if (board.screen().isBeingDrawn !== false) this.#drawn = board.counters();
    });
    board.link.onData(() => {
      this.#sent = board.counters();
    });
  }

  get now(): Moment {
    return this.#board.counters();
  }

  /** When the last byte came over the cable. */
  get sent(): Moment {
    return this.#sent;
  }

  /**
   * Runs the board until its display is drawn completely and shows a text.
   * @returns the moment of its last change
   * @throws Error if it does not within some seconds of the board's time
   */
  async drawn(text: RegExp, advance: (ms: number) => Promise<void>, seconds = 10): Promise<Moment> {
    const from = this.now.seconds;
    let read: Moment | undefined;
    while (this.now.seconds < from + seconds) {
      await advance(PIECE_MS);
      const pause = this.now.seconds - Math.max(from, this.#drawn.seconds);
      // Reading the pixels takes longer than the board needs for the piece.
      if (pause <= DRAWN_SECONDS || read === this.#drawn) continue;
      read = this.#drawn;
      if (text.test(this.#board.screen().text.join('\n'))) return read;
    }
    throw new Error(`the display never showed ${text}: ${this.#board.screen().text.join(' / ')}`);
  }
}
