import { makeRandomness } from '@passfob/simulator/base/randomness';
import { Ssd1306 } from '@passfob/simulator/parts/ssd1306';
import { beforeEach, describe, expect, it } from 'vitest';

const UPRIGHT = [0xa1, 0xc8];
const ON = [0x8d, 0x14, 0xaf];

describe('SSD1306', () => {
  let part: Ssd1306;
  let changes: boolean[];

  beforeEach(() => {
    changes = [];
    part = new Ssd1306({ randomness: () => makeRandomness(1), changed: pixels => changes.push(pixels) });
    part.powerOn();
  });

  const command = (...bytes: number[]) => part.write(Uint8Array.of(0, ...bytes));
  const data = (...bytes: number[]) => part.write(Uint8Array.of(0x40, ...bytes));
  const clear = () => {
    command(0x20, 0, 0x21, 0, 127, 0x22, 0, 7);
    data(...new Array<number>(1024).fill(0));
  };
  const lit = () => {
    const { pixels, width } = part.bitmap();
    const found: string[] = [];
    pixels.forEach((pixel, index) => {
      if (pixel) found.push(`${index % width},${Math.floor(index / width)}`);
    });
    return found;
  };

  it('the SSD1306 shows noise until it is written, and nothing before it is on', () => {
    expect(lit().length).toBeGreaterThan(1000);
    expect(part.on).toBe(false);
    command(0xaf);
    expect(part.on).toBe(false);
    command(...ON);
    expect(part.on).toBe(true);
    command(0xae);
    expect(part.on).toBe(false);
  });

  it('the SSD1306 is upright with A1 and C8, upside down without', () => {
    command(...UPRIGHT);
    clear();
    command(0x21, 3, 127, 0x22, 1, 7);
    data(0x01);
    expect(lit()).toEqual(['3,8']);
    command(0xc0);
    expect(lit()).toEqual(['3,55']);
    // Segment remap counts for later writes (data sheet 9.1.3).
    command(0xa0);
    expect(lit()).toEqual(['3,55']);
    command(0x21, 3, 127, 0x22, 1, 7);
    data(0x01);
    expect(lit()).toEqual(['3,55', '124,55']);
  });

  it('the SSD1306 fills a window in horizontal mode and starts again at its corner', () => {
    command(...UPRIGHT);
    clear();
    command(0x21, 10, 11, 0x22, 2, 3);
    data(1, 1, 1, 1, 0x80);
    expect(lit()).toEqual(['11,16', '10,23', '10,24', '11,24']);
  });

  it('the SSD1306 goes down first in vertical mode', () => {
    command(...UPRIGHT);
    clear();
    command(0x20, 1, 0x21, 10, 11, 0x22, 2, 3);
    data(1, 0, 1);
    expect(lit()).toEqual(['10,16', '11,16']);
  });

  it.each([0, 1, 2])('pixels of one transfer arrive where those of many transfers do, in mode %i', mode => {
    const chance = makeRandomness(mode, 'windows');
    const one = part;
    const many = new Ssd1306({ randomness: () => makeRandomness(1), changed: () => {} });
    many.powerOn();
    for (let window = 0; window < 60; window++) {
      const [columns, pages] = [128, 8].map(size =>
        [chance.below(size), chance.below(size)].sort((a, b) => a - b),
      ) as [number[], number[]];
      // Also a column outside of the window, as the commands of page mode set it.
      const beside =
        window % 3 === 0 ? [chance.below(16), 0x10 | chance.below(8), 0xb0 | chance.below(8)] : [];
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
    command(...UPRIGHT, ...ON);
    clear();
    const before = part.bitmap();
    const taken = part.picture();
    const takenAgain = part.picture();
    command(0xa7, 0x21, 0, 127, 0x22, 0, 7);
    data(1, 2, 3);
    expect(taken()).toEqual(before);
    expect(part.bitmap()).not.toEqual(before);
    part.powerOff();
    expect(takenAgain()).toEqual(before);
  });

  it('the SSD1306 stays on its page in page mode', () => {
    command(...UPRIGHT);
    clear();
    command(0x20, 2, 0xb5, 0x0e, 0x17);
    data(1, 1, 1);
    expect(lit()).toEqual(['0,40', '126,40', '127,40']);
  });

  it('the SSD1306 takes commands and pixels of one transfer by its control bytes', () => {
    command(...UPRIGHT);
    clear();
    part.write(Uint8Array.of(0x80, 0x21, 0x80, 5, 0x80, 127, 0x80, 0x22, 0x80, 0, 0x80, 7, 0x40, 1, 2));
    expect(lit()).toEqual(['5,0', '6,1']);
  });

  it('the SSD1306 keeps a command whose bytes come in several transfers', () => {
    command(0x81);
    command(0x33);
    expect(part.contrast).toBe(0x33);
  });

  it('the SSD1306 inverts, lights all, and moves its start line', () => {
    command(...UPRIGHT);
    clear();
    command(0x21, 0, 127, 0x22, 0, 7);
    data(1);
    command(0x40 | 60);
    expect(lit()).toEqual(['0,4']);
    command(0x40, 0xa7);
    expect(lit()).toHaveLength(128 * 64 - 1);
    command(0xa6, 0xa5);
    expect(lit()).toHaveLength(128 * 64);
  });

  it('the SSD1306 says whether pixels came in', () => {
    command(0xa6);
    data(1);
    expect(changes).toEqual([false, true]);
  });

  it('the SSD1306 answers its status with whether it is off', () => {
    expect([...part.read(1)]).toEqual([0x40]);
    command(...ON);
    expect([...part.read(1)]).toEqual([0]);
  });
});
