import { RPI_PICO as FACTS } from '@passfob/simulator/board/wiring/rpi-pico';
import { MIDDLE, SMALL, tag, text, upright } from './svg.ts';
import { type BoardPicture, belowY, KEY_RULES, type Start, type Wire } from './wires.ts';

/** Pins 1 to 40 of a Raspberry Pi Pico, and of a Pico 2, from their data sheets. */
export const PINS: readonly string[] = [
  ...['GP0', 'GP1', 'GND', 'GP2', 'GP3', 'GP4', 'GP5', 'GND', 'GP6', 'GP7'],
  ...['GP8', 'GP9', 'GND', 'GP10', 'GP11', 'GP12', 'GP13', 'GND', 'GP14', 'GP15'],
  ...['GP16', 'GP17', 'GND', 'GP18', 'GP19', 'GP20', 'GP21', 'GND', 'GP22', 'RUN'],
  ...['GP26', 'GP27', 'AGND', 'GP28', 'VREF', '3V3(OUT)', '3V3_EN', 'GND', 'VSYS', 'VBUS'],
];
const ROW_PINS = 20;

const named = (pin = '') => pin.replace(/^D/, 'GP');
/** Where the wires begin, by number. Other pins named GND serve as well. */
export const USED = {
  power: 36,
  ground: 8,
  scl: PINS.indexOf(named(FACTS.i2c?.scl)) + 1,
  sda: PINS.indexOf(named(FACTS.i2c?.sda)) + 1,
  button: PINS.indexOf(named(FACTS.keyPins[0])) + 1,
  buttonGround: 18,
} as const;

/** Returns what is printed beside a pin, and its number. */
const pinText = (pin: number) => `${PINS[pin - 1]} (pin ${pin})`;

interface PinWire extends Wire {
  readonly from: number;
}

const WIRES: readonly PinWire[] = [
  { number: 1, from: USED.power, pin: 'VCC', dashes: '14 4 3 4', x: 680 },
  { number: 2, from: USED.ground, pin: 'GND', dashes: '3 4', x: 712 },
  { number: 3, from: USED.scl, pin: 'SCL', dashes: 'none', x: 616 },
  { number: 4, from: USED.sda, pin: 'SDA', dashes: '12 6', x: 648 },
].map(wire => ({ ...wire, pad: PINS[wire.from - 1] ?? '' }));

/** The two of the button, which lead nowhere else. */
const BUTTON_WIRES = [
  { number: 5, from: USED.button, dashes: '8 3' },
  { number: 6, from: USED.buttonGround, dashes: '2 3 8 3' },
] as const;

const BOX = { x: 60, y: 130, width: 486, height: 190 };
/** Above the modules' pins. */
const ABOVE_Y = 20;
const BUTTON_Y = 368;

const isLower = (pin: number) => pin <= ROW_PINS;
/** The USB socket is on the left: pins 1 to 20 are the lower row, and 21 to 40 return above it. */
const pinX = (pin: number) => BOX.x + 34 + (isLower(pin) ? pin - 1 : 2 * ROW_PINS - pin) * 22;
const pinY = (pin: number) => (isLower(pin) ? BOX.y + BOX.height : BOX.y);

function startOf(wire: Wire): Start {
  const from = WIRES.find(({ number }) => number === wire.number)?.from ?? 0;
  const [x, y] = [pinX(from), pinY(from)];
  const jointY = isLower(from) ? belowY(wire.number) : ABOVE_Y;
  return { x, y, path: `M${x} ${y}V${jointY}H${wire.x}`, jointY, tag: [x, isLower(from) ? y + 16 : y - 16] };
}

function drawPin(name: string, at: number): string[] {
  const pin = at + 1;
  const isUsed = [...WIRES, ...BUTTON_WIRES].some(({ from }) => from === pin);
  const [x, y] = [pinX(pin), pinY(pin)];
  return [
    `<circle class="${isUsed ? 'used' : 'pad'}" cx="${x}" cy="${y}" r="5"/>`,
    isLower(pin)
      ? upright(x + 4, y - 10, `${pin} ${name}`, 'start')
      : upright(x + 4, y + 10, `${name} ${pin}`, 'end'),
  ];
}

function drawButton(): string[] {
  const x = (pinX(USED.button) + pinX(USED.buttonGround)) / 2;
  return [
    ...BUTTON_WIRES.flatMap(({ number, from, dashes }) => [
      `<path class="wire w${number}" stroke-dasharray="${dashes}" d="M${pinX(from)} ${pinY(from)}V${BUTTON_Y}"/>`,
      ...tag(pinX(from), pinY(from) + 20, number),
    ]),
    `<rect class="box" x="${x - 50}" y="${BUTTON_Y}" width="100" height="44" rx="6"/>`,
    `<circle class="pad" cx="${x - 30}" cy="${BUTTON_Y + 22}" r="12"/>`,
    text(x + 14, BUTTON_Y + 27, 'Button', MIDDLE),
  ];
}

function draw(): string[] {
  const { x, y, width, height } = BOX;
  return [
    `<rect class="box" x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>`,
    `<rect class="box" x="${x - 44}" y="${y + 60}" width="56" height="70"/>`,
    text(x - 16, y + 100, 'USB', MIDDLE),
    text(x + 250, y + 96, 'Raspberry Pi Pico', ` class="name"${MIDDLE}`),
    text(
      x + 250,
      y + 114,
      'or Pico H, Pico 2, Pico 2 H; seen from above, the USB socket on the left',
      SMALL + MIDDLE,
    ),
    ...PINS.flatMap(drawPin),
    ...drawButton(),
  ];
}

const MEANINGS = [
  ...WIRES.map(({ number, from, pin }) => `${number}: ${pinText(from)} to ${pin}`),
  ...BUTTON_WIRES.map(({ number, from }) => `${number}: ${pinText(from)} to the button`),
];

export const RASPBERRY_PI_PICO: BoardPicture = {
  width: 1060,
  height: 570,
  title: 'Wiring of a Passfob on a Raspberry Pi Pico',
  description: `Four wires, each from one pin of the Raspberry Pi Pico to the pin of the same purpose on both modules, and two to a button. ${MEANINGS.join(', ')}.`,
  moduleX: 780,
  wires: WIRES,
  numbers: MEANINGS.length,
  startOf,
  draw,
  drawKey: () => [
    ...MEANINGS.map((words, index) => text(60 + (index % 3) * 280, 518 + Math.floor(index / 3) * 20, words)),
    text(60, 560, KEY_RULES, SMALL),
  ],
};
