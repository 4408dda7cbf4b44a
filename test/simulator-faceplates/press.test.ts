import { press } from '@passfob/simulator/control/press';
import { expect, it, onTestFinished, vi } from 'vitest';
import { bootTestFob } from './kit.ts';

it("a press is extended when the process stood still: only the fob's share of that time counts", async () => {
  // Read before and after each step: 800 ms of standing still, then regular steps.
  const looks = [0, 800, 800, 850, 850, 900, 900, 950, 950, 1_000];
  let at = -1;
  vi.spyOn(performance, 'now').mockImplementation(() => looks[++at] ?? Number.NaN);
  onTestFinished(() => void vi.restoreAllMocks());
  const fob = bootTestFob('virtual');
  let upMs: number | undefined;
  const watched = Object.assign(Object.create(fob), {
    now: () => looks[at],
    keyUp(key: number) {
      upMs = looks[at];
      fob.keyUp(key);
    },
  });
  await press({ fob: watched, clock: 'real', fronts: [], quit() {} }, 0, 400);
  expect(upMs).toBe(950);
});

it('a press of a fob that is slower than real time lasts as long by its own time', async () => {
  const fob = bootTestFob('virtual');
  let nowMs = 0;
  let downMs = Number.NaN;
  let upMs = Number.NaN;
  const slow = Object.assign(Object.create(fob), {
    // A twentieth of a step each time somebody looks.
    now: () => ++nowMs,
    keyDown() {
      downMs = nowMs;
    },
    keyUp() {
      upMs = nowMs;
    },
  });
  await press({ fob: slow, clock: 'real', fronts: [], quit() {} }, 0, 20);
  expect(upMs - downMs).toBeGreaterThanOrEqual(20);
});
