import * as boards from '@passfob/firmware/boards/limits';
import { ESPRUINO_PICO } from './espruino-pico.ts';
import { RASPBERRY_PI_PICO } from './rpi-pico.ts';
import { SMALL, styleOf, tag, text } from './svg.ts';
import type { BoardPicture, Wire } from './wires.ts';

/** The wiring of a fob as a picture, made of the facts by which firmware and simulator work. */

interface Module {
  readonly name: string;
  readonly facts: readonly string[];
  readonly pins: readonly string[];
  readonly y: number;
}

const hex = (address: number) => `0x${address.toString(16).toUpperCase()}`;

const MODULES: readonly Module[] = [
  {
    name: 'Display',
    facts: [
      `SSD1306, ${boards.DISPLAY_WIDTH} × ${boards.DISPLAY_HEIGHT}`,
      `address ${hex(boards.SSD1306_ADDRESS)}`,
    ],
    pins: ['GND', 'VCC', 'SCL', 'SDA'],
    y: 40,
  },
  {
    name: 'Clock module',
    facts: [
      `DS3231, address ${hex(boards.DS3231_ADDRESS)}`,
      `EEPROM AT24C32, address ${hex(boards.AT24C32_ADDRESS)}`,
      '32K and SQW stay free',
    ],
    pins: ['32K', 'SQW', 'SCL', 'SDA', 'VCC', 'GND'],
    y: 250,
  },
];

const PIN_STEP = 28;
const pinY = ({ y, pins }: Module, pin: string) => y + 30 + pins.indexOf(pin) * PIN_STEP;

export const picoWiring = (): string => wiringOf(ESPRUINO_PICO);
export const rpiPicoWiring = (): string => wiringOf(RASPBERRY_PI_PICO);

/** Returns the picture as SVG. */
function wiringOf(board: BoardPicture): string {
  const { width, height, title, description, wires } = board;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title desc">`,
    `<title id="title">${title}</title>`,
    `<desc id="desc">${description}</desc>`,
    styleOf(board.numbers),
    `<rect class="page" width="${width}" height="${height}"/>`,
    ...board.draw(),
    ...MODULES.flatMap(module => drawModule(board, module)),
    ...wires.flatMap(wire => drawWire(board, wire)),
    ...board.drawKey(),
    '</svg>',
    '',
  ].join('\n');
}

function drawModule({ moduleX, wires }: BoardPicture, module: Module): string[] {
  const { name, facts, pins, y } = module;
  const height = 32 + pins.length * PIN_STEP;
  return [
    `<rect class="box" x="${moduleX}" y="${y}" width="250" height="${height}" rx="6"/>`,
    text(moduleX + 60, y + 34, name, ' class="name"'),
    ...facts.map((fact, line) => text(moduleX + 60, y + 60 + line * 20, fact, SMALL)),
    ...pins.flatMap(pin => [
      `<circle class="${wires.some(wire => wire.pin === pin) ? 'used' : 'pad'}" cx="${moduleX}" cy="${pinY(module, pin)}" r="5"/>`,
      text(moduleX + 12, pinY(module, pin) + 5, pin),
    ]),
  ];
}

function drawWire({ moduleX, startOf }: BoardPicture, wire: Wire): string[] {
  const { number, pin, dashes, x } = wire;
  const from = startOf(wire);
  const ends = MODULES.map(module => pinY(module, pin));
  const [first = 0, last = 0] = ends;
  const branches = ends.map(y => `M${x} ${y}H${moduleX}`).join('');
  const [top, bottom] = [Math.min(first, from.jointY), Math.max(last, from.jointY)];
  return [
    `<path class="wire w${number}" stroke-dasharray="${dashes}" d="${from.path}M${x} ${top}V${bottom}${branches}"/>`,
    // Where three ends meet; a corner has none.
    ...[first, last, from.jointY]
      .filter(y => y > top && y < bottom)
      .map(y => `<circle class="dot" cx="${x}" cy="${y}" r="4"/>`),
    ...tag(moduleX - 22, first, number),
    ...tag(moduleX - 22, last, number),
    ...tag(...from.tag, number),
  ];
}
