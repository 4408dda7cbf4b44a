import { describe, expect, it } from 'vitest';
import { bytes, lines, QUIET, run } from './kit.ts';

/** On battery, past the two seconds in which the firmware does not sleep. */
function onBattery(source: string) {
  const fob = run(`${QUIET}${source}`);
  fob.setUsb(false);
  fob.advance(3000);
  return fob;
}

const WATCH =
  'setDeepSleep(1); setWatch(e => print(e.state ? "down" : "up", Math.round((getTime() - e.time) * 1000)), BTN1, {edge: "both", repeat: true, debounce: 25});';

describe('deep sleep', () => {
  it.each([
    ['nothing is due', ''],
    ['a timer is due in a minute', 'setInterval(() => {}, 60000)'],
    ['a timer is due each tenth of a second', 'setInterval(() => {}, 100)'],
  ])('deep sleep comes in every pause where the image allows it and USB is out: %s', (_what, timers) => {
    const fob = onBattery(`setDeepSleep(1);${timers}`);
    let asleep = 0;
    for (let ms = 0; ms < 1000; ms++) {
      fob.advance(1);
      if (fob.sleeping) asleep++;
    }
    expect(asleep).toBeGreaterThan(900);
  });

  it.each([
    ['the image does not allow it', ''],
    ['the image takes it back', 'setDeepSleep(1); setDeepSleep(0)'],
    ['a timer is due each millisecond', 'setDeepSleep(1); setInterval(() => {}, 1)'],
  ])('deep sleep does not come where %s', (_why, source) => {
    expect(onBattery(source).sleeping).toBe(false);
  });

  it('deep sleep does not come with USB in, nor in the first two seconds', () => {
    const fob = run(`${QUIET}setDeepSleep(1)`);
    fob.advance(5000);
    expect(fob.sleeping).toBe(false);
    fob.setUsb(false);
    fob.advance(10);
    expect(fob.sleeping).toBe(true);
    fob.setUsb(true);
    fob.advance(10);
    expect(fob.sleeping).toBe(false);
    const early = run(`${QUIET}setDeepSleep(1)`);
    early.setUsb(false);
    early.advance(1900);
    expect(early.sleeping).toBe(false);
    early.advance(200);
    expect(early.sleeping).toBe(true);
  });

  it('the pin of the cable follows it, and its watch runs when deep sleep has ended', () => {
    const fob = onBattery(
      'setDeepSleep(1); setWatch(e => print(e.state ? "in" : "out", digitalRead(A9)), A9, {edge: "both", repeat: true})',
    );
    fob.setUsb(true);
    fob.advance(100);
    fob.setUsb(true);
    fob.advance(100);
    fob.setUsb(false);
    fob.advance(100);
    expect(lines(fob)).toEqual(['out 0', 'in 1', 'out 0']);
    fob.close();
  });

  it('deep sleep ends by the cable whenever it comes, also while the processor falls asleep', () => {
    for (let us = 0; us <= 8_000; us += 500) {
      const fob = onBattery('setDeepSleep(1); setTimeout(() => {}, 2000)');
      fob.setUsb(true);
      fob.advance(100);
      fob.setUsb(false);
      fob.advance(us / 1_000);
      fob.setUsb(true);
      fob.advance(20);
      expect([us, fob.sleeping]).toEqual([us, false]);
    }
  });

  it('timers in deep sleep are late by the 6 ms in which USB goes off and on', () => {
    // Measured on an emulated board with the firmware 2v29: 8.1, 26.3, 106.1 and 506 ms.
    for (const [ms, seen] of [
      [2, 8],
      [20, 26],
      [100, 106],
      [500, 506],
    ] as const) {
      const fob = onBattery(
        `setDeepSleep(1); setTimeout(() => { var t = getTime(); setTimeout(() => print(((getTime() - t) * 1000).toFixed(1)), ${ms}) }, 3500)`,
      );
      fob.advance(2000);
      expect(Math.abs(Number(lines(fob)[0]) - seen)).toBeLessThan(0.7);
    }
  });

  it('a long pause is slept in whole seconds and then the rest', () => {
    const fob = onBattery(
      'setDeepSleep(1); var t = getTime(); setTimeout(() => print(getTime() - t), 40500)',
    );
    fob.advance(38_000);
    expect(Number(lines(fob)[0] ?? 0)).toBeGreaterThanOrEqual(40.5);
    expect(Number(lines(fob)[0])).toBeLessThan(40.52);
  });

  it('a press in deep sleep is noticed 31 ms later, and one shorter than that is lost', () => {
    const fob = onBattery(WATCH);
    fob.press(0, 100);
    expect(lines(fob)).toHaveLength(2);
    for (const line of lines(fob)) {
      const [, ms] = line.split(' ');
      expect(Math.abs(Number(ms) - 31)).toBeLessThanOrEqual(5);
    }
    fob.press(0, 20);
    fob.advance(1000);
    expect(lines(fob)).toHaveLength(2);
  });

  it('a press that begins while the processor falls asleep is lost, or seen at the next wake', () => {
    const fob = onBattery(`${WATCH}setTimeout(() => {}, 4000)`);
    fob.advance(1005);
    // The timer has run; its sleep begins now.
    for (let waited = 0; fob.sleeping && waited < 20; waited++) fob.advance(1);
    fob.advance(1);
    fob.press(0, 200);
    fob.advance(1000);
    expect(lines(fob)).toEqual([]);
    fob.press(0, 200);
    expect(lines(fob)).toHaveLength(2);
  });

  it('bytes that come to a USART in deep sleep are lost', () => {
    const fob = onBattery('Serial1.setup(9600); Serial1.on("data", d => print(d)); setDeepSleep(1)');
    fob.serial('Serial1').write(bytes('lost'));
    fob.advance(100);
    fob.setUsb(true);
    fob.advance(100);
    fob.serial('Serial1').write(bytes('heard'));
    fob.advance(100);
    expect(lines(fob)).toEqual(['heard']);
  });
});
