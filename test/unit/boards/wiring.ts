import * as boards from '@passfob/firmware/boards/limits';
import { PICO } from '@passfob/simulator/board/wiring/pico';

/** The wiring of a fob as a picture, made of the facts by which firmware and simulator work. */

/**
 * Pads of an Espruino Pico with the USB plug on the left, from its own description (PICO_R1_3.py and espruino.com/Pico).
 * The row at the end is half as wide as the others: 1.27 mm from pad to pad.
 */
const TOP = ['Bat', 'B15', 'B14', 'B13', 'B10', 'B1', 'A7', 'A6', 'A5'];
const BOTTOM = ['GND', 'VCC', '3.3', 'B3', 'B4', 'B5', 'B6', 'B7', 'A8'];
const END = ['A4', 'A3', 'A2', 'A1', 'A0', 'A10', 'B9', 'B8'];

const { scl = '', sda = '' } = PICO.i2c ?? {};

interface Wire {
  readonly number: number;
  /** Name of the pad on the Espruino Pico, and on both modules. */
  readonly pad: string;
  readonly pin: string;
  /** Tells the wires apart without their colours. */
  readonly dashes: string;
  /** Where it runs downwards. */
  readonly x: number;
}

const WIRES: readonly Wire[] = [
  { number: 1, pad: '3.3', pin: 'VCC', dashes: '14 4 3 4', x: 520 },
  { number: 2, pad: 'GND', pin: 'GND', dashes: '3 4', x: 552 },
  { number: 3, pad: scl, pin: 'SCL', dashes: 'none', x: 456 },
  { number: 4, pad: sda, pin: 'SDA', dashes: '12 6', x: 488 },
];

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

const MODULE_X = 620;
const PIN_STEP = 28;
const pinY = ({ y, pins }: Module, pin: string) => y + 30 + pins.indexOf(pin) * PIN_STEP;

/** Where a wire from the lower row runs to the right: below every pin of the modules. */
const belowY = ({ number }: Wire) => 420 + number * 20;

const PICO_BOX = { x: 60, y: 130, width: 330, height: 190 };
const padX = (index: number) => PICO_BOX.x + 34 + index * 30;
const endY = (index: number) => PICO_BOX.y + 36 + index * 17;

/** Returns where a pad is, and the points of its wire up to the place where it runs downwards. */
function padOf(wire: Wire): { x: number; y: number; path: string } {
  const { pad, x } = wire;
  const end = END.indexOf(pad);
  if (end >= 0) {
    const at = { x: PICO_BOX.x + PICO_BOX.width, y: endY(end) };
    return { ...at, path: `M${at.x} ${at.y}H${x}` };
  }
  const bottom = BOTTOM.indexOf(pad);
  if (bottom < 0) throw new Error(`the Espruino Pico has no pad ${pad}`);
  const at = { x: padX(bottom), y: PICO_BOX.y + PICO_BOX.height };
  return { ...at, path: `M${at.x} ${at.y}V${belowY(wire)}H${x}` };
}

/** Returns the picture as SVG: readable on light and dark pages, in print, and without its colours. */
export function picoWiring(): string {
  const wires = WIRES.map(drawWire);
  const key = WIRES.map(({ number, pad, pin }) => `${number}: ${pad} to ${pin}`).join(', ');
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 520" role="img" aria-labelledby="title desc">',
    '<title id="title">Wiring of a Passfob on an Espruino Pico</title>',
    `<desc id="desc">Four wires, each from one pad of the Espruino Pico to the pin of the same purpose on both modules. ${key}.</desc>`,
    STYLE,
    '<rect class="page" width="900" height="520"/>',
    ...drawPico(),
    ...MODULES.flatMap(drawModule),
    ...wires.flat(),
    ...drawKey(),
    '</svg>',
    '',
  ].join('\n');
}

const STYLE = `<style>
text { font: 14px sans-serif; fill: #1b1b1b }
.small { font-size: 11px }
.name { font-weight: bold; font-size: 16px }
.page { fill: #ffffff }
.box { fill: #f2f2f2; stroke: #1b1b1b; stroke-width: 2 }
.pad { fill: #ffffff; stroke: #1b1b1b }
.used { fill: #1b1b1b }
.wire { fill: none; stroke-width: 3 }
.w1 { stroke: #b3261e } .w2 { stroke: #1b1b1b } .w3 { stroke: #0b57d0 } .w4 { stroke: #146c2e }
.tag { fill: #ffffff; stroke: #1b1b1b }
.dot { fill: #1b1b1b }
@media (prefers-color-scheme: dark) {
text { fill: #ececec }
.page { fill: #161616 }
.box { fill: #2a2a2a; stroke: #ececec }
.pad { fill: #161616; stroke: #ececec }
.used, .dot { fill: #ececec }
.w1 { stroke: #f2938c } .w2 { stroke: #ececec } .w3 { stroke: #9ec1ff } .w4 { stroke: #7fd69a }
.tag { fill: #161616; stroke: #ececec }
}
</style>`;

const text = (x: number, y: number, words: string, attributes = '') =>
  `<text x="${x}" y="${y}"${attributes}>${words}</text>`;
const MIDDLE = ' text-anchor="middle"';
const SMALL = ' class="small"';

function drawPico(): string[] {
  const { x, y, width, height } = PICO_BOX;
  const used = new Set(WIRES.map(({ pad }) => pad));
  const pad = (px: number, py: number, name: string) =>
    `<circle class="${used.has(name) ? 'used' : 'pad'}" cx="${px}" cy="${py}" r="5"/>`;
  return [
    `<rect class="box" x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>`,
    `<rect class="box" x="${x - 44}" y="${y + 60}" width="44" height="70"/>`,
    text(x - 22, y + 100, 'USB', MIDDLE),
    text(x + 130, y + 82, 'Espruino Pico', ` class="name"${MIDDLE}`),
    text(x + 130, y + 102, 'as drawn at espruino.com/Pico', SMALL + MIDDLE),
    `<rect class="pad" x="${x + 105}" y="${y + 112}" width="50" height="24" rx="4"/>`,
    text(x + 130, y + 129, 'BTN', MIDDLE),
    ...TOP.flatMap((name, i) => [pad(padX(i), y, name), text(padX(i), y + 18, name, SMALL + MIDDLE)]),
    ...BOTTOM.flatMap((name, i) => [
      pad(padX(i), y + height, name),
      text(padX(i), y + height - 10, name, SMALL + MIDDLE),
    ]),
    ...END.flatMap((name, i) => [
      pad(x + width, endY(i), name),
      text(x + width - 10, endY(i) + 4, name, `${SMALL} text-anchor="end"`),
    ]),
  ];
}

function drawModule(module: Module): string[] {
  const { name, facts, pins, y } = module;
  const height = 32 + pins.length * PIN_STEP;
  return [
    `<rect class="box" x="${MODULE_X}" y="${y}" width="250" height="${height}" rx="6"/>`,
    text(MODULE_X + 60, y + 34, name, ' class="name"'),
    ...facts.map((fact, line) => text(MODULE_X + 60, y + 60 + line * 20, fact, SMALL)),
    ...pins.flatMap(pin => [
      `<circle class="${WIRES.some(wire => wire.pin === pin) ? 'used' : 'pad'}" cx="${MODULE_X}" cy="${pinY(module, pin)}" r="5"/>`,
      text(MODULE_X + 12, pinY(module, pin) + 5, pin),
    ]),
  ];
}

function drawWire(wire: Wire): string[] {
  const { number, pin, dashes, x } = wire;
  const from = padOf(wire);
  const ends = MODULES.map(module => pinY(module, pin));
  const [first = 0, last = 0] = ends;
  const branches = ends.map(y => `M${x} ${y}H${MODULE_X}`).join('');
  const isBelow = from.path.includes('V');
  const joint = isBelow ? belowY(wire) : from.y;
  const [top, bottom] = [Math.min(first, joint), Math.max(last, joint)];
  const tag = (tx: number, ty: number) => [
    `<circle class="tag" cx="${tx}" cy="${ty}" r="9"/>`,
    text(tx, ty + 4, String(number), SMALL + MIDDLE),
  ];
  return [
    `<path class="wire w${number}" stroke-dasharray="${dashes}" d="${from.path}M${x} ${top}V${bottom}${branches}"/>`,
    // Where three ends meet; a corner has none.
    ...[first, last, joint]
      .filter(y => y > top && y < bottom)
      .map(y => `<circle class="dot" cx="${x}" cy="${y}" r="4"/>`),
    ...tag(MODULE_X - 22, first),
    ...tag(MODULE_X - 22, last),
    ...(isBelow ? tag(from.x, from.y + 16) : tag(from.x + number * 24 - 54, from.y)),
  ];
}

function drawKey(): string[] {
  return [
    ...WIRES.map(({ number, pad, pin }, index) => text(60 + index * 150, 490, `${number}: ${pad} to ${pin}`)),
    text(
      60,
      512,
      'A dot joins wires; lines that cross without a dot are not connected. Go by the names: modules differ.',
      SMALL,
    ),
  ];
}
