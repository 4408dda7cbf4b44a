import { virtualBoard } from '@passfob/emulator/board/virtual-board';
import { press } from '@passfob/simulator/faceplates/control/press';
import type { ControlTarget } from '@passfob/simulator/faceplates/control/target';
import { expect, it, onTestFinished } from 'vitest';
import { assembled } from '../../unit/emulator/board/programs.ts';
import { bootTestFob } from './kit.ts';

const target = (fob: ControlTarget['fob']): ControlTarget => ({ fob, clock: 'real', fronts: [], quit() {} });

/** Longer than a virtual board may be behind before it leaves time out. */
const BLOCKED_MS = 1200;

/** Keeps the event loop from all other work, again and again, until the test is over. */
function makeMachineLate(): void {
  const timer = setInterval(() => {
    const endMs = performance.now() + BLOCKED_MS;
    while (performance.now() < endMs);
  }, 50);
  onTestFinished(() => clearInterval(timer));
}

it('a press is extended when the process stood still: at most a quarter of a second of that time counts', async () => {
  const fob = bootTestFob('real');
  const movedAt: number[] = [];
  fob.onEvent(event => {
    if (event.kind === 'key') movedAt.push(event.atUs / 1000);
  });
  makeMachineLate();
  await press(target(fob), 0, 300);
  const [downMs = 0, upMs = 0] = movedAt;
  // The rest of the time that the machine was late comes on top.
  expect(upMs - downMs).toBeGreaterThanOrEqual(300 + BLOCKED_MS - 250);
});

it('a press of a fob that is slower than real time lasts as long by its own time', async () => {
  const fob = bootTestFob('virtual');
  let nowMs = 0;
  let downMs = Number.NaN;
  let upMs = Number.NaN;
  const slow = Object.assign(Object.create(fob), {
    // A twentieth of a step each time somebody looks.
    ranMs: () => ++nowMs,
    keyDown() {
      downMs = nowMs;
    },
    keyUp() {
      upMs = nowMs;
    },
  });
  await press(target(slow), 0, 20);
  expect(upMs - downMs).toBeGreaterThanOrEqual(20);
});

it('a press of a virtual board lasts as long as its chip ran, without the time that a late machine left out', async () => {
  const board = virtualBoard({
    // Works without a pause, as an interpreter that is drawing.
    firmware: assembled('  bf00  nop'),
    skipsIdle: false,
    seed: 1,
    clock: 'real',
  });
  onTestFinished(() => board.close());
  const movedAt: number[] = [];
  board.onEvent(event => {
    if (event.kind === 'key') movedAt.push(board.counters().seconds * 1000);
  });
  makeMachineLate();
  await press(target(board), 0, 150);
  const [downMs = 0, upMs = 0] = movedAt;
  expect(upMs - downMs).toBeGreaterThanOrEqual(150);
});
