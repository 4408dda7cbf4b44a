import { Redraw } from '@passfob/emulator/board/redraw';
import { Scheduler } from '@passfob/simulator/base/time';
import { Ssd1306 } from '@passfob/simulator/board/chips/ssd1306';
import { expect, it } from 'vitest';

/** Horizontal addressing from the upper left corner on. */
const SETUP = [0, 0x20, 0, 0x21, 0, 127, 0x22, 0, 7];
const PIXELS = 0x40;
const PAGE_BYTES = 128;
const PAGES = 8;

/** A display with a chip that sends it pages, and waits when the test says so. */
function drawn() {
  const scheduler = new Scheduler(0);
  let waited = 0;
  let told = 0;
  const display = new Ssd1306({
    randomness: () => {
      throw new Error('a display without its power');
    },
    changed: pixelsArrived => {
      if (pixelsArrived) redraw.pixelsArrived();
    },
  });
  const redraw = new Redraw(
    { display, scheduler, nowUs: () => scheduler.nowUs, waited: () => waited },
    () => told++,
  );
  display.write(Uint8Array.from(SETUP));
  const pass = (ms: number) => {
    scheduler.moveTo(scheduler.nowUs + ms * 1000);
    scheduler.runDue();
  };
  return {
    display,
    redraw,
    pass,
    /** The columns that are lit, in eighths of the whole. */
    lit: () =>
      redraw
        .picture()()
        .pixels.reduce((sum, pixel) => sum + pixel, 0) /
      (8 * PAGE_BYTES),
    page(byte: number, gapMs = 7) {
      display.write(Uint8Array.from([PIXELS, ...new Array<number>(PAGE_BYTES).fill(byte)]));
      pass(gapMs);
    },
    chipWaits: () => waited++,
    told: () => told,
  };
}

it('between the transfers of a redraw the screen is the one before; afterwards it is the new one, and that is told', () => {
  const { page, pass, lit, told } = drawn();
  for (let pages = 0; pages < PAGES; pages++) {
    page(0xff);
    expect([lit(), told()]).toEqual([0, 0]);
  }
  pass(25);
  expect([lit(), told()]).toEqual([PAGES, 1]);
});

it('a redraw is over at once where the chip waits', () => {
  const { page, lit, chipWaits, redraw } = drawn();
  page(0xff);
  page(0xff);
  expect([lit(), redraw.isGoingOn]).toEqual([0, true]);
  chipWaits();
  expect([lit(), redraw.isGoingOn]).toEqual([2, false]);
});

it('a program that never stops drawing is seen every quarter of a second', () => {
  const { page, lit } = drawn();
  const seen = new Set<number>();
  for (let pages = 0; pages < 100; pages++) {
    page(0xff >> ((pages >> 3) % 8));
    seen.add(lit());
  }
  expect(seen.size).toBe(3);
});

it('a display that lost its power shows nothing of before', () => {
  const { display, page, lit, redraw, pass } = drawn();
  page(0xff);
  pass(25);
  page(0xff);
  expect(lit()).toBe(1);
  display.powerOff();
  redraw.settle();
  expect([lit(), redraw.isGoingOn]).toEqual([0, false]);
});
