import { type MachineTime, REAL_JUMP_MS } from '@passfob/simulator/for-emulator';
import { BEHIND_MAX_US, GO_MS, REST_MS } from './limits.ts';

/** A board whose time follows the machine's. */
interface Paced {
  nowUs(): number;
  /** Runs until a moment, or until `isLate` says that the machine has other work, too. */
  run(untilUs: number, isLate: () => boolean): void;
  /** Lets time pass without running: of a board that is slower than its time, or after the machine slept. */
  skip(us: number): void;
}

/**
 * Lets a board run in step with the machine's monotonic clock, a few milliseconds at a time, and follow its wall clock
 * after the machine slept. Does not keep the program alive.
 */
export class RealPace {
  readonly #machine: MachineTime;
  readonly #board: Paced;
  readonly #startUs: number;
  readonly #startMs: number;
  readonly #startWallMs: number;
  /** How far the wall clock jumped ahead. */
  #jumpMs = 0;
  #stop = () => {};
  #isStopped = false;

  constructor(machine: MachineTime, board: Paced) {
    this.#machine = machine;
    this.#board = board;
    this.#startUs = board.nowUs();
    this.#startMs = machine.monotonicMs();
    this.#startWallMs = machine.epochMs();
    this.#later(0);
  }

  /** Brings the board up to the present time. Returns whether it got there in one go. */
  follow(): boolean {
    const machine = this.#machine;
    const board = this.#board;
    const elapsedMs = machine.monotonicMs() - this.#startMs;
    const aheadMs = machine.epochMs() - this.#startWallMs - elapsedMs;
    if (aheadMs - this.#jumpMs > REAL_JUMP_MS) this.#jumpMs = aheadMs;
    const presentUs = this.#startUs + Math.floor((elapsedMs + this.#jumpMs) * 1000);
    const behindUs = presentUs - board.nowUs();
    if (behindUs > BEHIND_MAX_US) board.skip(behindUs - BEHIND_MAX_US / 2);
    const endMs = machine.monotonicMs() + GO_MS;
    board.run(presentUs, () => machine.monotonicMs() > endMs);
    return board.nowUs() >= presentUs;
  }

  #later(ms: number): void {
    this.#stop = this.#machine.after(ms, () => {
      const isThere = this.follow();
      if (!this.#isStopped) this.#later(isThere ? REST_MS : 0);
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#stop();
  }
}
