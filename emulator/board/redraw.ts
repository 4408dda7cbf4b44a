import type { Bitmap, Due, Scheduler } from '@passfob/simulator/for-emulator';
import { REDRAW_MAX_US, REDRAW_PAUSE_US } from './limits.ts';

/** The board of a display. */
interface DrawnBy {
  readonly display: { picture(): () => Bitmap };
  readonly scheduler: Scheduler;
  /** True time in µs since 1970, exact while the chip runs. */
  nowUs(): number;
  /** Time that the chip has waited so far, in any unit. */
  waited(): number;
}

/**
 * Knows the last whole screen. The firmware sends a screen in several transfers, and between two of them the display shows
 * a part of it beside the one before. A redraw is over when the chip waits, or sent nothing for a while.
 */
export class Redraw {
  readonly #board: DrawnBy;
  readonly #over: () => void;
  /** When the present redraw is over at the latest, by its last transfer; undefined without one. */
  #end: Due | undefined;
  #startUs = 0;
  /** Of the chip at the last transfer. */
  #waited = 0;
  #whole: () => Bitmap;

  /** @param over called a while after each redraw */
  constructor(board: DrawnBy, over: () => void) {
    this.#board = board;
    this.#over = over;
    this.#whole = board.display.picture();
  }

  /** A transfer brought pixels. */
  pixelsArrived(): void {
    const { scheduler } = this.#board;
    const nowUs = this.#board.nowUs();
    if (!this.isGoingOn) this.#startUs = nowUs;
    scheduler.cancel(this.#end);
    this.#waited = this.#board.waited();
    const endUs = Math.min(nowUs + REDRAW_PAUSE_US, this.#startUs + REDRAW_MAX_US);
    this.#end = scheduler.at(endUs, () => {
      this.settle();
      this.#over();
    });
  }

  /** Whether a screen has come in part. */
  get isGoingOn(): boolean {
    return this.#end !== undefined && this.#board.waited() === this.#waited;
  }

  /** The display as it is now counts as a whole screen. */
  settle(): void {
    this.#board.scheduler.cancel(this.#end);
    this.#end = undefined;
    this.#whole = this.#board.display.picture();
  }

  /** Takes the last whole picture; the returned function makes its pixels. */
  picture(): () => Bitmap {
    return this.isGoingOn ? this.#whole : this.#board.display.picture();
  }
}
