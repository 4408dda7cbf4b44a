import type { BootOptions } from '@passfob/simulator/base/fob';
import { makeRandomness } from '@passfob/simulator/base/randomness';
import { Scheduler } from '@passfob/simulator/base/time';
import { Stm32Clock } from '@passfob/simulator/board/chips/stm32-clock';
import { expect, it } from 'vitest';
import { lines, QUIET, run } from './kit.ts';

/** Prints the fraction of the clock at each time that `tell` is called. */
const TELL = `${QUIET}var from = Math.floor(getTime()); function tell() { print((getTime() - from).toFixed(4)); } E.on("HID", tell); setWatch(tell, BTN1, {edge: "rising", repeat: true, debounce: 0});`;
/** Two seconds: the change to the crystal. */
const CHANGE_MS = 1997;
/** 2^24 cycles at 84 MHz. */
const TICK_US = 2 ** 24 / 84;

function started(source: string, options: Partial<BootOptions> = {}) {
  return run(source, { crystal: true, ...options });
}

/** Returns the clock in seconds at each of `count` times `stepMs` apart. */
function readings(options: Partial<BootOptions>, fromMs: number, stepMs: number, count: number): number[] {
  const fob = started(TELL, options);
  fob.advance(fromMs);
  for (let at = 0; at < count; at++) {
    fob.keyDown();
    fob.keyUp();
    fob.advance(stepMs);
  }
  // A contact that bounces makes several lines at one time.
  const seconds = lines(fob).map(Number);
  fob.close();
  return seconds.filter((second, at) => at === 0 || Math.abs(second - (seconds[at - 1] ?? 0)) > 0.005);
}

it('the clock loses the fraction of its second at the change to a crystal, and then runs slow', () => {
  const [before = 0, ...after] = readings({}, CHANGE_MS - 17, 3000, 2);
  expect(before).toBeGreaterThan(1.9);
  expect(after[0]).toBeLessThan(before + 3 - 0.9);
});

it('the clock recovers as it did on an emulated board with the firmware 2v29', () => {
  const scheduler = new Scheduler(0);
  const halfSecond = { ...makeRandomness(1), below: () => 400_000 };
  const clock = new Stm32Clock({ scheduler, randomness: halfSecond, crystal: true, rate: 1 });
  scheduler.moveTo(clock.stableUs);
  scheduler.runDue();
  // Printed there by `getTime` after the change, and as the rate of each SysTick (0.2 s) after it.
  expect(clock.at(scheduler.nowUs) / 1e6).toBeCloseTo(1.275, 3);
  const rates = [0.75, 0.563, 0.422, 0.463, 0.639, 0.869, 1.082, 1.224];
  for (const [tick, rate] of rates.entries()) {
    const fromUs = (12.6 + tick) * TICK_US;
    expect((clock.at(fromUs + 1000) - clock.at(fromUs)) / 1000).toBeCloseTo(rate, 2);
  }
  const lateUs = 60e6;
  expect(clock.at(lateUs + 1e6) - clock.at(lateUs)).toBeCloseTo(1e6, 0);
});

it('timers are late by what the clock lost, and code stands still until the crystal runs', () => {
  const fob = started(`${QUIET}setTimeout(() => print("timer"), 2100)`);
  const silent = fob.now();
  while (lines(fob).length === 0) fob.advance(5);
  expect(fob.now() - silent).toBeGreaterThan(3000);
  expect(fob.now() - silent).toBeLessThan(5000);
});

it('the clock does not change where the image turned the crystal off', () => {
  const off = 'var r = peek32(0x40023870); print(r.toString(16)); poke32(0x40023870, r & ~1);';
  const [before = 0, after = 0] = readings({}, CHANGE_MS - 17, 3000, 2);
  expect(after - before).toBeLessThan(2.2);
  const fob = started(`${off}${TELL}`);
  expect(lines(fob)).toEqual(['8203']);
  fob.advance(1000);
  fob.keyDown();
  fob.advance(3000);
  fob.keyUp();
  fob.keyDown();
  const seconds = lines(fob).slice(1).map(Number);
  expect((seconds.at(-1) ?? 0) - (seconds[0] ?? 0)).toBeCloseTo(3, 2);
});

it('the clock of an Espruino Pico without a crystal runs on by its oscillator', () => {
  const [before = 0, after = 0] = readings({ crystal: false, oscillatorPpm: 100_000 }, 1000, 2000, 2);
  expect(after - before).toBeCloseTo(2.2, 2);
});
