import { PICO } from '@passfob/simulator/board/wiring/pico';
import { MIDDLE, SMALL, text } from './svg.ts';
import { type BoardPicture, belowY, KEY_RULES, type Start, type Wire } from './wires.ts';

/**
 * Pads of an Espruino Pico with the USB plug on the left, from its own description (PICO_R1_3.py and espruino.com/Pico).
 * The row at the end is half as wide as the others: 1.27 mm from pad to pad.
 */
const TOP = ['Bat', 'B15', 'B14', 'B13', 'B10', 'B1', 'A7', 'A6', 'A5'];
const BOTTOM = ['GND', 'VCC', '3.3', 'B3', 'B4', 'B5', 'B6', 'B7', 'A8'];
const END = ['A4', 'A3', 'A2', 'A1', 'A0', 'A10', 'B9', 'B8'];

const { scl = '', sda = '' } = PICO.i2c ?? {};

const WIRES: readonly Wire[] = [
  { number: 1, pad: '3.3', pin: 'VCC', dashes: '14 4 3 4', x: 520 },
  { number: 2, pad: 'GND', pin: 'GND', dashes: '3 4', x: 552 },
  { number: 3, pad: scl, pin: 'SCL', dashes: 'none', x: 456 },
  { number: 4, pad: sda, pin: 'SDA', dashes: '12 6', x: 488 },
];

const BOX = { x: 60, y: 130, width: 330, height: 190 };
const padX = (index: number) => BOX.x + 34 + index * 30;
const endY = (index: number) => BOX.y + 36 + index * 17;

function startOf({ number, pad, x }: Wire): Start {
  const end = END.indexOf(pad);
  if (end >= 0) {
    const at = { x: BOX.x + BOX.width, y: endY(end) };
    return { ...at, path: `M${at.x} ${at.y}H${x}`, jointY: at.y, tag: [at.x + number * 24 - 54, at.y] };
  }
  const bottom = BOTTOM.indexOf(pad);
  if (bottom < 0) throw new Error(`the Espruino Pico has no pad ${pad}`);
  const at = { x: padX(bottom), y: BOX.y + BOX.height };
  const jointY = belowY(number);
  return { ...at, path: `M${at.x} ${at.y}V${jointY}H${x}`, jointY, tag: [at.x, at.y + 16] };
}

function draw(): string[] {
  const { x, y, width, height } = BOX;
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

const meaning = ({ number, pad, pin }: Wire) => `${number}: ${pad} to ${pin}`;

export const ESPRUINO_PICO: BoardPicture = {
  width: 900,
  height: 520,
  title: 'Wiring of a Passfob on an Espruino Pico',
  description: `Four wires, each from one pad of the Espruino Pico to the pin of the same purpose on both modules. ${WIRES.map(meaning).join(', ')}.`,
  moduleX: 620,
  wires: WIRES,
  numbers: WIRES.length,
  startOf,
  draw,
  drawKey: () => [
    ...WIRES.map((wire, index) => text(60 + index * 150, 490, meaning(wire))),
    text(60, 512, KEY_RULES, SMALL),
  ],
};
