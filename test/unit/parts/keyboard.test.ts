import { beforeAll, expect, it } from 'vitest';
import { bench, bootFile, partImage } from './kit.ts';

let image: Record<string, Uint8Array>;
beforeAll(async () => {
  image = await partImage({ UsbKeyboard: 'keyboard' });
});

const DIGITS = [30, 31, 39];
/** The settings of the real image's loader, and the adapter. */
function keyboard() {
  const made = bench({ ...image, ...bootFile('pico', '.boot0') });
  made.ask('global.k = new UsbKeyboard([]); 0');
  return made;
}

it('the keyboard of the pico types its text, key by key', () => {
  const { ask, fob } = keyboard();
  fob.advance(150);
  expect(ask('k.ready')).toBe(true);
  for (const usage of DIGITS) {
    for (const key of [usage, 0]) while (ask(`k.report(${key})`) !== true) fob.advance(1);
  }
  fob.advance(20);
  const [asked, ...typed] = fob.keyboard.map(report => [...report.bytes]);
  expect(asked).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  expect(typed).toEqual(
    DIGITS.flatMap(usage => [
      [0, 0, usage, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0, 0, 0],
    ]),
  );
});

it('the keyboard is not ready before a computer has set it up, nor without one, and then takes nothing', () => {
  const { ask, fob } = keyboard();
  expect([ask('k.ready'), ask('k.report(30)')]).toEqual([false, false]);
  fob.advance(150);
  expect(ask('k.ready')).toBe(true);
  fob.advance(200);
  fob.cutPower();
  fob.setUsb(false);
  fob.powerOn();
  fob.advance(300);
  fob.setUsb(true);
  fob.advance(20);
  ask('global.k = new UsbKeyboard([]); 0');
  expect([ask('k.ready'), ask('k.report(30)')]).toEqual([false, false]);
  expect(fob.keyboard).toHaveLength(1);
});

it('the keyboard is ready, too, while its last report is on the way', () => {
  const { ask, fob } = keyboard();
  fob.advance(150);
  expect([ask('k.ready'), ask('k.ready'), ask('k.report(30)')]).toEqual([true, true, false]);
  fob.advance(200);
  expect([ask('k.report(30)'), ask('k.ready')]).toEqual([true, true]);
  fob.advance(20);
  // A query never releases a key that is down.
  expect(fob.keyboard.at(-1)?.bytes[2]).toBe(30);
});
