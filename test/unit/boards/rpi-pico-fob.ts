import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PINS, USED } from './rpi-pico.ts';
import { MIDDLE, SMALL, styleOf, tag, text } from './svg.ts';

/** A finished fob of a Raspberry Pi Pico on a breadboard, as a picture, and the holes in which each wire ends. */

const COLUMNS = 63;
const STEP = 14;
const LEFT = 32;
/** Rows of holes from above, with the groove between f and e; the rails are + and −. */
const ROWS: Readonly<Record<string, number>> = {
  '−': 40,
  '+': 54,
  ...Object.fromEntries([...'jihgf'].map((row, at) => [row, 84 + at * STEP])),
  ...Object.fromEntries([...'edcba'].map((row, at) => [row, 182 + at * STEP])),
  'lower +': 266,
  'lower −': 280,
};
const BOARD = { x: 12, y: 22, width: COLUMNS * STEP + 26, height: 276 };

const columnX = (column: number) => LEFT + (column - 1) * STEP;

/** The column of a pin: the USB socket is at the right end, so that pin 1 is in the last column. */
const columnOf = (pin: number) => (pin <= 20 ? COLUMNS + 1 - pin : pin + COLUMNS - 40);
const at = (row: string, pin: number) => `${row}${columnOf(pin)}`;

/** First columns of the modules' pins in row f, in the order in which most modules have them. */
const DISPLAY = { first: 20, pins: ['GND', 'VCC', 'SCL', 'SDA'] };
const CLOCK = { first: 5, pins: ['32K', 'SQW', 'SCL', 'SDA', 'VCC', 'GND'] };
const pinOf = (row: string, { first, pins }: typeof DISPLAY, pin: string) =>
  `${row}${first + pins.indexOf(pin)}`;
/** Legs in rows f and e of this column and of the next but one. */
const BUTTON_COLUMN = 37;

interface HoleWire {
  readonly from: string;
  readonly to: string;
  readonly purpose: string;
  /** Numbers of its purpose's colour in the drawing of the wiring. */
  readonly colour: 1 | 2 | 3 | 4 | 5 | 6;
  /** How far its middle is above the line between its ends. */
  readonly bow?: number;
  /** Where its number stands: part of its length, and then to the right. */
  readonly tagged?: readonly [number, number];
}

const [POWER, GROUND, SCL, SDA, BUTTON, BUTTON_GROUND] = [1, 2, 3, 4, 5, 6] as const;

/** A line of the breadboard is named by its sign and a column: `+ 41`. */
export const HOLES: readonly HoleWire[] = [
  {
    from: at('b', USED.power),
    to: `lower + ${columnOf(USED.power)}`,
    purpose: '3V3(OUT) to the lower + line',
    colour: POWER,
    tagged: [0.6, 0],
  },
  {
    from: 'lower + 42',
    to: '+ 42',
    purpose: 'the lower + line to the upper one',
    colour: POWER,
    tagged: [0.2, 0],
  },
  {
    from: at('j', USED.ground),
    to: `− ${columnOf(USED.ground)}`,
    purpose: 'GND to the upper − line',
    colour: GROUND,
  },
  { from: pinOf('i', DISPLAY, 'VCC'), to: '+ 21', purpose: 'display VCC', colour: POWER, tagged: [0.4, 10] },
  {
    from: pinOf('i', DISPLAY, 'GND'),
    to: '− 20',
    purpose: 'display GND',
    colour: GROUND,
    tagged: [0.4, -10],
  },
  {
    from: pinOf('i', CLOCK, 'VCC'),
    to: '+ 9',
    purpose: 'clock module VCC',
    colour: POWER,
    tagged: [0.4, -10],
  },
  {
    from: pinOf('i', CLOCK, 'GND'),
    to: '− 10',
    purpose: 'clock module GND',
    colour: GROUND,
    tagged: [0.4, 10],
  },
  {
    from: at('j', USED.scl),
    to: pinOf('j', DISPLAY, 'SCL'),
    purpose: 'SCL to the display',
    colour: SCL,
    bow: 14,
    tagged: [0.7, 0],
  },
  {
    from: at('i', USED.sda),
    to: pinOf('i', DISPLAY, 'SDA'),
    purpose: 'SDA to the display',
    colour: SDA,
    tagged: [0.8, 0],
  },
  {
    from: pinOf('h', DISPLAY, 'SCL'),
    to: pinOf('h', CLOCK, 'SCL'),
    purpose: 'SCL on to the clock module',
    colour: SCL,
    bow: 8,
  },
  {
    from: pinOf('g', DISPLAY, 'SDA'),
    to: pinOf('g', CLOCK, 'SDA'),
    purpose: 'SDA on to the clock module',
    colour: SDA,
    bow: -4,
  },
  {
    from: at('i', USED.button),
    to: `i${BUTTON_COLUMN + 2}`,
    purpose: 'GP15 to the button',
    colour: BUTTON,
    bow: -16,
  },
  {
    from: at('j', USED.buttonGround),
    to: `c${BUTTON_COLUMN}`,
    purpose: 'GND to the opposite leg',
    colour: BUTTON_GROUND,
    tagged: [0.85, 0],
  },
];

function holeAt(hole: string): { x: number; y: number } {
  const [, row = '', column = ''] = /^(lower [+−]|[+−]|[a-j]) ?(\d+)$/.exec(hole) ?? [];
  return { x: columnX(Number(column)), y: ROWS[row] ?? 0 };
}

const GOLDEN = fileURLToPath(new URL('../../fob/golden/128x64/totp-6.txt', import.meta.url));

const SCREEN = readFileSync(GOLDEN, 'utf8').split('\n');

/** Returns the pixels of the golden screen as one path of SVG, a pixel to a unit. */
function pixels(): string {
  const lines = SCREEN.filter(line => line.startsWith('│')).map(line => line.slice(1, -1));
  const runs = (line: string, y: number, lit: string) =>
    [...line.matchAll(new RegExp(`[${lit}]+`, 'g'))].map(
      ({ index, 0: run }) => `M${index} ${y}h${run.length}v1h-${run.length}z`,
    );
  return lines
    .flatMap((line, row) => [...runs(line, row * 2, '█▀'), ...runs(line, row * 2 + 1, '█▄')])
    .join('');
}

const screen = (x: number, y: number, scale: number) => [
  `<rect class="screen" x="${x - 4}" y="${y - 4}" width="${128 * scale + 8}" height="${64 * scale + 8}"/>`,
  `<path class="lit" transform="translate(${x} ${y}) scale(${scale})" d="${pixels()}"/>`,
];

function drawBreadboard(): string[] {
  const { x, y, width, height } = BOARD;
  const columns = Array.from({ length: COLUMNS }, (_, index) => index + 1);
  const rows = Object.entries(ROWS);
  const holes = rows.map(([, rowY]) =>
    columns.map(column => `M${columnX(column) - 2} ${rowY - 2}h4v4h-4z`).join(''),
  );
  return [
    `<rect class="box" x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>`,
    `<path class="dot" d="${holes.join('')}"/>`,
    ...rows.map(([row, rowY]) => text(x + 3, rowY + 4, row.replace('lower ', ''), SMALL)),
    ...columns
      .filter(column => column % 5 === 0)
      .flatMap(column =>
        [74, 254].map(ofText => text(columnX(column), ofText, String(column), SMALL + MIDDLE)),
      ),
  ];
}

function drawPico(): string[] {
  const [left, right] = [columnX(columnOf(USED.button)) - 10, columnX(COLUMNS) + 10];
  const [top, bottom] = [(ROWS.h ?? 0) - 7, (ROWS.c ?? 0) + 7];
  const middle = (top + bottom) / 2;
  return [
    `<rect class="box" x="${left}" y="${top}" width="${right - left}" height="${bottom - top}" rx="4"/>`,
    `<rect class="box" x="${right - 24}" y="${middle - 18}" width="36" height="36"/>`,
    text(right - 6, middle + 4, 'USB', SMALL + MIDDLE),
    text((left + right) / 2, middle + 5, 'Raspberry Pi Pico', ` class="name"${MIDDLE}`),
    ...PINS.map((_, index) => {
      const pin = index + 1;
      return `<circle class="pad" cx="${columnX(columnOf(pin))}" cy="${pin <= 20 ? ROWS.h : ROWS.c}" r="3"/>`;
    }),
  ];
}

/** A module whose pins are in row f, and which covers the holes below it. */
function drawModule(
  { first, pins }: typeof DISPLAY,
  width: number,
  height: number,
): { x: number; y: number; drawn: string[] } {
  const x = columnX(first) + ((pins.length - 1) * STEP) / 2 - width / 2;
  const y = (ROWS.f ?? 0) - 9;
  const drawn = [
    `<rect class="box" x="${x}" y="${y}" width="${width}" height="${height}" rx="4"/>`,
    ...pins.map((_, index) => `<circle class="used" cx="${columnX(first + index)}" cy="${ROWS.f}" r="3"/>`),
  ];
  return { x, y, drawn };
}

function drawParts(): string[] {
  const display = drawModule(DISPLAY, 150, 120);
  const clock = drawModule(CLOCK, 122, 210);
  const middle = clock.x + 61;
  const button = { x: columnX(BUTTON_COLUMN + 1), y: ((ROWS.e ?? 0) + (ROWS.f ?? 0)) / 2 };
  return [
    ...display.drawn,
    ...screen(display.x + 11, display.y + 34, 1),
    ...clock.drawn,
    `<circle class="pad" cx="${middle}" cy="${clock.y + 130}" r="52"/>`,
    text(middle, clock.y + 135, 'CR2032', MIDDLE),
    text(middle, clock.y + 44, 'Clock module', SMALL + MIDDLE),
    text(middle, clock.y + 60, 'ZS-042', SMALL + MIDDLE),
    `<rect class="box" x="${button.x - 19}" y="${button.y - 25}" width="38" height="50" rx="4"/>`,
    `<circle class="pad" cx="${button.x}" cy="${button.y}" r="12"/>`,
    text(button.x - 26, button.y + 4, 'Button', `${SMALL} text-anchor="end"`),
  ];
}

function drawWire(
  { from, to, colour, bow = 0, tagged: [part, aside] = [0.5, 0] }: HoleWire,
  index: number,
): string[] {
  const [start, end] = [holeAt(from), holeAt(to)];
  const control = { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 - 2 * bow };
  /** Of a curve with one control point, at this part of it. */
  const along = (axis: 'x' | 'y') =>
    Math.round((1 - part) ** 2 * start[axis] + 2 * part * (1 - part) * control[axis] + part ** 2 * end[axis]);
  return [
    `<path class="wire w${colour}" d="M${start.x} ${start.y}Q${control.x} ${control.y} ${end.x} ${end.y}"/>`,
    ...tag(along('x') + aside, along('y'), index + 1),
  ];
}

/** Returns the picture as SVG. */
export function fobPicture(): string {
  const [issuer, label, passcode] = SCREEN;
  const wires = HOLES.map(({ from, to, purpose }, index) => `${index + 1}: ${from} to ${to}, ${purpose}`);
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 936 600" role="img" aria-labelledby="title desc">',
    '<title id="title">A finished Passfob of a Raspberry Pi Pico, on a breadboard</title>',
    `<desc id="desc">A breadboard of ${COLUMNS} columns. From left to right: the clock module, the display, the button, the Raspberry Pi Pico with its USB socket to the right. The display shows ${issuer}, ${label}, and the passcode ${passcode}. Wires: ${wires.join('; ')}.</desc>`,
    styleOf(6, '.screen { fill: #000000 }\n.lit { fill: #ffffff }\n'),
    '<rect class="page" width="936" height="600"/>',
    ...drawBreadboard(),
    ...drawPico(),
    ...drawParts(),
    ...HOLES.flatMap(drawWire),
    text(404, 340, 'The display, enlarged'),
    ...screen(404, 356, 3.6),
    '</svg>',
    '',
  ].join('\n');
}
