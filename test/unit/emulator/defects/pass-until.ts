import type { VirtualBoard } from '@passfob/emulator/board/options';
import { vi } from 'vitest';

/**
 * Lets the time of a board pass until the work of a program at its cable is done. Needs fake timers: those of the program
 * go by the time of the board.
 * @returns the result of the work
 */
export async function passUntil<T>(board: VirtualBoard, work: Promise<T>): Promise<T> {
  let isDone = false;
  const end = () => {
    isDone = true;
  };
  work.then(end, end);
  await vi.advanceTimersByTimeAsync(0);
  while (!isDone) {
    board.advance(1);
    await vi.advanceTimersByTimeAsync(1);
  }
  return work;
}
