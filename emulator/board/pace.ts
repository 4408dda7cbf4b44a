import { type ComputerTime, REAL_JUMP_MS } from '@passfob/simulator/for-emulator';
import { BEHIND_MAX_US, GO_MS, REST_MS } from './limits.ts';

/** A board whose time follows the computer's. */
interface Paced {
  nowUs(): number;
  /** Runs until a moment, or until `isLate` says that the computer has other work, too. */
  run(untilUs: number, isLate: () => boolean): void;
  /** Lets time pass without running: of a board that is slower than its time, or after the computer slept. */
  skip(us: number): void;
}

/**
 * Lets a board run in step with the computer's monotonic clock, a few milliseconds at a time, and follow its wall clock
 * after the computer slept. Does not keep the program alive.
 */
export class RealPace {
  readonly #computer: ComputerTime;
  readonly #board: Paced;
  readonly #startUs: number;
  readonly #startMs: number;
  readonly #startWallMs: number;
  /** How far the wall clock jumped ahead. */
  #jumpMs = 0;
  #stop = () => {};
  #isStopped = false;

  constructor(computer: ComputerTime, board: Paced) {
    this.#computer = computer;
    this.#board = board;
    this.#startUs = board.nowUs();
    this.#startMs = computer.monotonicMs();
    this.#startWallMs = computer.epochMs();
    this.#later(0);
  }

  /** Brings the board up to the present time. Returns whether it got there in one go. */
  follow(): boolean {
    const computer = this.#computer;
    const board = this.#board;
    const elapsedMs = computer.monotonicMs() - this.#startMs;
    const aheadMs = computer.epochMs() - this.#startWallMs - elapsedMs;
    if (aheadMs - this.#jumpMs > REAL_JUMP_MS) this.#jumpMs = aheadMs;
    const presentUs = this.#startUs + Math.floor((elapsedMs + this.#jumpMs) * 1000);
    const behindUs = presentUs - board.nowUs();
    if (behindUs > BEHIND_MAX_US) board.skip(behindUs - BEHIND_MAX_US / 2);
    const endMs = computer.monotonicMs() + GO_MS;
    board.run(presentUs, () => computer.monotonicMs() > endMs);
    return board.nowUs() >= presentUs;
  }

  #later(ms: number): void {
    this.#stop = this.#computer.after(ms, () => {
      const isThere = this.follow();
      if (!this.#isStopped) this.#later(isThere ? REST_MS : 0);
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#stop();
  }
}
