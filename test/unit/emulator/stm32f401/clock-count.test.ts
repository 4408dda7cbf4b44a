import { TICKS_PER_US } from '@passfob/emulator/base/timeline';
import { ClockCount } from '@passfob/emulator/stm32f401/clock-count';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { makeStillTime } from '../kit/fixture.ts';

it('the count of a clock goes on at the new frequency after a change and keeps what it has', () => {
  const { time, pass } = makeStillTime();
  const clock = new ClockCount(time);
  pass(10);
  expect(clock.cycles).toBe(0);
  clock.hz = 16e6;
  pass(10);
  expect(clock.cycles).toBe(160);
  clock.hz = 0;
  pass(1000);
  expect(clock.cycles).toBe(160);
  expect(clock.due(161)).toBe(Number.POSITIVE_INFINITY);
  clock.hz = 42e6;
  pass(1);
  expect(clock.cycles).toBe(202);
  expect(clock.due(204) - time.now).toBeCloseTo(4, 6);
});

it('the count of a clock has counted a cycle when that is due, and not half of it before, for months on end', () => {
  const frequency = fc.constantFrom(32_000, 32_017.3, 32_768, 16e6, 21e6, 42e6, 84e6, 84_012_345.6);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 ** 13 }), frequency, fc.nat(10 ** 9), (startUs, hz, cycles) => {
      const { time, pass } = makeStillTime();
      pass(startUs);
      const clock = new ClockCount(time);
      clock.hz = hz;
      const due = clock.due(cycles);
      time.moveTo(due - (0.5 * 84e6) / hz);
      expect(clock.cycles).toBe(cycles === 0 ? 0 : cycles - 1);
      time.moveTo(due);
      expect(clock.cycles).toBe(cycles);
      expect(due).toBeCloseTo(startUs * TICKS_PER_US + (cycles * 84e6) / hz, 0);
    }),
  );
});
