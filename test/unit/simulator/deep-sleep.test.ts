import { expect, it } from 'vitest';
import { lines, QUIET, run } from './kit.ts';
import { prints } from './prints.ts';

/** On battery, past the two seconds in which the firmware does not sleep. */
function onBattery(source: string) {
  const fob = run(`${QUIET}${source}`);
  fob.setUsb(false);
  fob.advance(3000);
  return fob;
}

const WATCH =
  'setDeepSleep(1); setWatch(e => print(e.state ? "down" : "up", Math.round((getTime() - e.time) * 1000)), BTN1, {edge: "both", repeat: true, debounce: 25});';

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
  const fob = onBattery('setDeepSleep(1); var t = getTime(); setTimeout(() => print(getTime() - t), 40500)');
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

prints('deep sleep')`
  deep sleep does not come where the image does not allow it:
    ${QUIET}
    @ unplug; advance 3000
    ? sleeping false

  deep sleep does not come where the image takes it back:
    ${QUIET}setDeepSleep(1); setDeepSleep(0)
    @ unplug; advance 3000
    ? sleeping false

  deep sleep does not come where a timer is due each millisecond:
    ${QUIET}setDeepSleep(1); setInterval(() => {}, 1)
    @ unplug; advance 3000
    ? sleeping false

  deep sleep does not come with USB in:
    ${QUIET}setDeepSleep(1)
    @ advance 5000
    ? sleeping false
    @ unplug; advance 10
    ? sleeping true
    @ plug; advance 10
    ? sleeping false

  deep sleep does not come in the first two seconds:
    ${QUIET}setDeepSleep(1)
    @ unplug; advance 1900
    ? sleeping false
    @ advance 200
    ? sleeping true

  the pin of the cable follows it, and its watch runs when deep sleep has ended:
    ${QUIET}setDeepSleep(1); setWatch(e => print(e.state ? "in" : "out", digitalRead(A9)), A9, {edge: "both", repeat: true})
    @ unplug; advance 3000
    > out 0
    @ plug; advance 100; plug; advance 100
    > in 1
    @ unplug; advance 100
    > out 0

  bytes that come to a USART in deep sleep are lost:
    ${QUIET}Serial1.setup(9600); Serial1.on("data", d => print(d)); setDeepSleep(1)
    @ unplug; advance 3000; sendSerial1 lost; advance 100; plug; advance 100; sendSerial1 heard; advance 100
    > heard
`;
