import * as boards from '@passfob/firmware/boards/limits';
import { PICO } from '@passfob/simulator/board/wiring/pico';
import { RPI_PICO } from '@passfob/simulator/board/wiring/rpi-pico';
import { describe, expect, it } from 'vitest';
import { PINS } from './rpi-pico.ts';
import { fobPicture, HOLES } from './rpi-pico-fob.ts';
import { picoWiring, rpiPicoWiring } from './wiring.ts';

const described = (drawn: string) => /<desc[^>]*>(.*)<\/desc>/.exec(drawn)?.[1] ?? '';

const gpio = (pin = '') => pin.replace('D', 'GP');
/** Of a pin that its board has once. */
const withNumber = (pin = '') => `${gpio(pin)} (pin ${PINS.indexOf(gpio(pin)) + 1})`;

describe.each([
  ['Espruino Pico', picoWiring, 4, [`3: ${PICO.i2c?.scl} to SCL, 4: ${PICO.i2c?.sda} to SDA`]],
  [
    'Raspberry Pi Pico',
    rpiPicoWiring,
    6,
    [
      `3: ${withNumber(RPI_PICO.i2c?.scl)} to SCL, 4: ${withNumber(RPI_PICO.i2c?.sda)} to SDA`,
      `5: ${withNumber(RPI_PICO.keyPins[0])} to the button, 6: GND`,
    ],
  ],
] as const)('the picture of the wiring of the %s', (board, draw, wires, sentences) => {
  it(`the wiring of the ${board} is said in words, pin by pin, with every address`, () => {
    const drawn = draw();
    for (const sentence of sentences) expect(described(drawn)).toContain(sentence);
    for (const address of [boards.SSD1306_ADDRESS, boards.DS3231_ADDRESS, boards.AT24C32_ADDRESS])
      expect(drawn).toContain(`0x${address.toString(16).toUpperCase()}`);
    expect(drawn).toMatch(/<title[^>]*>\S/);
    expect(drawn).toContain(`>${board}</text>`);
  });

  it(`the wiring of the ${board} needs no colour, and is drawn for dark pages too`, () => {
    const drawn = draw();
    const dashes = [...drawn.matchAll(/class="wire w\d" stroke-dasharray="([^"]+)"/g)].map(
      ([, each]) => each,
    );
    expect(new Set(dashes).size).toBe(wires);
    for (const number of [1, 2, 3, 4]) expect(drawn.split(`>${number}</text>`)).toHaveLength(4);
    for (let number = 5; number <= wires; number++) expect(drawn).toContain(`>${number}</text>`);
    expectSchemes(drawn);
  });
});

/** Every colour is named in the style, once for light and once for dark pages. */
function expectSchemes(drawn: string): void {
  expect(drawn).toContain('prefers-color-scheme: dark');
  expect(drawn.replace(/<style>[\s\S]*<\/style>/, '')).not.toMatch(/#[0-9a-f]{3,6}|fill="|stroke="/);
}

it('a Raspberry Pi Pico has 40 pins, at the numbers of its data sheet', () => {
  expect(PINS).toHaveLength(40);
  expect([6, 7, 8, 18, 20, 36].map(pin => PINS[pin - 1])).toEqual([
    'GP4',
    'GP5',
    'GND',
    'GND',
    'GP15',
    '3V3(OUT)',
  ]);
});

describe('the picture of a fob on a breadboard', () => {
  it('says in words what is where, and shows a passcode of the display', () => {
    const drawn = fobPicture();
    expect(drawn).toMatch(/<title[^>]*>\S/);
    expect(described(drawn)).toContain('287 082');
    for (const { from, to } of HOLES) expect(described(drawn)).toContain(`${from} to ${to}`);
  });

  it('needs no colour, and is drawn for dark pages too', () => {
    const drawn = fobPicture();
    for (const [at] of HOLES.entries()) expect(drawn).toContain(`>${at + 1}</text>`);
    expectSchemes(drawn);
  });

  it('has every end of a wire in a hole of its own, and none beneath a part', () => {
    const ends = HOLES.flatMap(({ from, to }) => [from, to]).filter(hole => /^[a-j]\d/.test(hole));
    expect(new Set(ends).size).toBe(ends.length);
    const isCovered = (row = '', column = 0) =>
      column >= 44 ? /[c-h]/.test(row) : column <= 27 ? /[a-f]/.test(row) : /[ef]/.test(row);
    expect(ends.filter(end => isCovered(end[0], Number(end.slice(1))))).toEqual([]);
  });
});
