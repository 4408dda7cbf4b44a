// As the tests of other projects import it: through the exports of package.json, from the built package.
import * as formerly from '@passfob/simulator/browser/virtual-board';
import { BadFirmware, boot, type Fob, virtualBoard, virtualChip } from 'passfob/simulator';
import { afterEach, expect, it } from 'vitest';

const BIRTH = new Uint8Array(32).fill(1);

let fob: Fob | undefined;
afterEach(() => fob?.close());

it('the library boots a fob, presses its button and reads its screen', () => {
  fob = boot({ board: 'pico' });
  const before = fob.screen();
  expect(before.on).toBe(true);
  expect(before.text.slice(0, 2)).toEqual(['Passfob', '0% Gathering chance.']);
  expect(before.bitmap.pixels).toHaveLength(before.bitmap.width * before.bitmap.height);
  expect(before.bitmap.pixels).toContain(1);
  fob.press();
  expect(fob.screen().text[1]).toBe('10% Gathering chance.');
});

it('the library has virtual time, and memories that survive a power cut', () => {
  fob = boot({ board: 'pico', files: { birth: BIRTH } });
  const start = fob.now();
  fob.advance(31_000);
  expect(fob.now() - start).toBe(31_000);
  expect(fob.screen()).toMatchObject({ on: false, text: [] });
  fob.cutPower();
  expect(fob.powered).toBe(false);
  fob.powerOn();
  // It was flashed with its initial randomness, and still has it.
  expect(fob.screen().text.join(' ')).toContain('passfob pair');
});

it.each([virtualBoard, virtualChip, BadFirmware, ...Object.values(formerly)])(
  'a name of the library that is in the emulator says where it is, in Node and in web pages',
  name => {
    const places = 'import it from @passfob/emulator, in a web page from @passfob/emulator/browser';
    expect(() => Reflect.apply(name, undefined, [{}])).toThrow(places);
  },
);

it('a boot without a board, or with an unknown one, names the boards', () => {
  const asked = boot as (options: object) => Fob;
  expect(() => asked({})).toThrow(
    'board is missing: one of pico, pico-hid, espruino-wifi, rpi-pico, rpi-pico2, banglejs2, bench',
  );
  expect(() => asked({ board: 'constructor' })).toThrow(
    'board is unknown: "constructor"; it is one of pico, pico-hid, espruino-wifi, rpi-pico, rpi-pico2, banglejs2, bench',
  );
});
