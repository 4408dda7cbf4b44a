import { makeRandomness } from '@passfob/simulator/base/randomness';
import { Ssd1306 } from '@passfob/simulator/board/chips/ssd1306';
import { expect, it } from 'vitest';
import { play, type Stage, scripts } from '../emulator/kit/register-script.ts';

const display = (): Ssd1306 => {
  const part = new Ssd1306({ randomness: () => makeRandomness(1), changed() {} });
  part.powerOn();
  return part;
};

/** `command` and `data` take bytes. `lit` shows the pixels that are lit, as column and row. */
function makeStage(): Stage {
  const changes: boolean[] = [];
  const part = new Ssd1306({ randomness: () => makeRandomness(1), changed: pixels => changes.push(pixels) });
  part.powerOn();
  const lit = () => {
    const { pixels, width } = part.bitmap();
    return [...pixels.entries()]
      .filter(([, pixel]) => pixel)
      .map(([index]) => `${index % width},${Math.floor(index / width)}`);
  };
  const send = (control: number, list: readonly unknown[]) =>
    part.write(Uint8Array.from([control, ...list], Number));
  const stage: Stage = {
    registers: {},
    shows: {
      on: () => part.on,
      contrast: () => part.contrast,
      status: () => part.read(1)[0],
      lit: () => lit().join(' '),
      count: () => lit().length,
      changes: () => changes.join(' '),
    },
    acts: {
      command: (...list) => send(0, list),
      data: (...list) => send(0x40, list),
      raw: (control, ...list) => send(Number(control), list),
      clear: () => {
        play(stage, 'command 0xa1 0xc8 0x20 0 0x21 0 127 0x22 0 7');
        send(0x40, new Array<number>(1024).fill(0));
      },
    },
  };
  return stage;
}

scripts('SSD1306', makeStage)`
  the SSD1306 shows noise until it is written, and nothing before it is on:
    count above 1000; on is false; command 0xaf; on is false; command 0x8d 0x14 0xaf; on is true; command 0xae; on is false

  the SSD1306 is upright with A1 and C8, upside down without; segment remap counts for later writes (data sheet 9.1.3):
    clear; command 0x21 3 127 0x22 1 7; data 1; lit is 3,8; command 0xc0; lit is 3,55
    command 0xa0; lit is 3,55; command 0x21 3 127 0x22 1 7; data 1; lit is 3,55 124,55

  the SSD1306 fills a window in horizontal mode and starts again at its corner:
    clear; command 0x21 10 11 0x22 2 3; data 1 1 1 1 0x80; lit is 11,16 10,23 10,24 11,24

  the SSD1306 goes down first in vertical mode:
    clear; command 0x20 1 0x21 10 11 0x22 2 3; data 1 0 1; lit is 10,16 11,16

  the SSD1306 stays on its page in page mode:
    clear; command 0x20 2 0xb5 0x0e 0x17; data 1 1 1; lit is 0,40 126,40 127,40

  the SSD1306 takes commands and pixels of one transfer by its control bytes:
    clear; raw 0x80 0x21 0x80 5 0x80 127 0x80 0x22 0x80 0 0x80 7 0x40 1 2; lit is 5,0 6,1

  the SSD1306 keeps a command whose bytes come in several transfers:
    command 0x81; command 0x33; contrast is 0x33

  the SSD1306 inverts, lights all, and moves its start line:
    clear; command 0x21 0 127 0x22 0 7; data 1; command 0x7c; lit is 0,4
    command 0x40 0xa7; count is 128 * 64 - 1; command 0xa6 0xa5; count is 128 * 64

  the SSD1306 says whether pixels came in:
    command 0xa6; data 1; changes is false true

  the SSD1306 answers its status with whether it is off:
    status is 0x40; command 0x8d 0x14 0xaf; status is 0
`;

it.each([0, 1, 2])('pixels of one transfer arrive where those of many transfers do, in mode %i', mode => {
  const chance = makeRandomness(mode, 'windows');
  const [one, many] = [display(), display()];
  for (let window = 0; window < 60; window++) {
    const [columns, pages] = [128, 8].map(size =>
      [chance.below(size), chance.below(size)].sort((a, b) => a - b),
    ) as [number[], number[]];
    // Also a column outside of the window, as the commands of page mode set it.
    const beside = window % 3 === 0 ? [chance.below(16), 0x10 | chance.below(8), 0xb0 | chance.below(8)] : [];
    const remap = 0xa0 | chance.below(2);
    const setting = [remap, 0x20, mode, 0x21, ...columns, 0x22, ...pages, ...beside];
    const pixels = chance.bytes(1 + chance.below(300));
    for (const display of [one, many]) display.write(Uint8Array.of(0, ...setting));
    one.write(Uint8Array.of(0x40, ...pixels));
    for (const byte of pixels) many.write(Uint8Array.of(0xc0, byte));
    expect([window, Buffer.compare(one.bitmap().pixels, many.bitmap().pixels)]).toEqual([window, 0]);
  }
});

it('a picture stays as it was taken while the SSD1306 goes on', () => {
  const part = display();
  const command = (...bytes: number[]) => part.write(Uint8Array.of(0, ...bytes));
  command(0xa1, 0xc8, 0x8d, 0x14, 0xaf);
  const before = part.bitmap();
  const taken = part.picture();
  const takenAgain = part.picture();
  command(0xa7, 0x21, 0, 127, 0x22, 0, 7);
  part.write(Uint8Array.of(0x40, 1, 2, 3));
  expect(taken()).toEqual(before);
  expect(part.bitmap()).not.toEqual(before);
  part.powerOff();
  expect(takenAgain()).toEqual(before);
});
