import { makeRandomness } from '@passfob/simulator/base/randomness';
import { Canvas, type CanvasLayout, canvasBytes } from '@passfob/simulator/interpreter/graphics/canvas';
import { type CustomFont, decoded, drawText } from '@passfob/simulator/interpreter/graphics/custom-font';
import { describe, expect, it } from 'vitest';
import { LONG, seedsOrOne } from '../../kit/counts.ts';

const LAYOUTS: readonly CanvasLayout[] = [
  { width: 40, height: 24, bitsPerPixel: 1, verticalByte: true, msb: false },
  { width: 40, height: 24, bitsPerPixel: 1, verticalByte: true, msb: true },
  { width: 37, height: 21, bitsPerPixel: 1, verticalByte: false, msb: true },
  { width: 37, height: 21, bitsPerPixel: 2, verticalByte: false, msb: false },
  { width: 37, height: 21, bitsPerPixel: 4, verticalByte: false, msb: true },
  { width: 37, height: 21, bitsPerPixel: 8, verticalByte: false, msb: true },
  { width: 37, height: 21, bitsPerPixel: 16, verticalByte: false, msb: true },
];
const DRAWINGS = 12;

const blank = (layout: CanvasLayout) => new Canvas(layout, new Uint8Array(canvasBytes(layout)));
const nameOf = ({ bitsPerPixel, verticalByte, msb }: CanvasLayout) =>
  `${bitsPerPixel} bits per pixel, ${verticalByte ? 'columns' : 'rows'}, ${msb ? 'first pixel high' : 'first pixel low'}`;

describe('drawing many pixels at a time', LONG, () => {
  it.each(LAYOUTS.map(layout => [nameOf(layout), layout] as const))(
    'a filled rectangle is the same as its pixels one by one: %s',
    (_, layout) => {
      for (const seed of seedsOrOne(10, 500)) {
        const chance = makeRandomness(seed, 'fill');
        const [fast, slow] = [blank(layout), blank(layout)];
        for (let drawing = 0; drawing < DRAWINGS; drawing++) {
          // Corners in any order, and outside as well.
          const [x1, y1, x2, y2] = Array.from({ length: 4 }, () => chance.below(60) - 10) as [
            number,
            number,
            number,
            number,
          ];
          const colour = (chance.word() & fast.colourMask) >>> 0;
          fast.fillRect({ x1, y1, x2, y2 }, colour);
          for (let y = Math.min(y1, y2); y <= Math.max(y1, y2); y++)
            for (let x = Math.min(x1, x2); x <= Math.max(x1, x2); x++) slow.setPixel(x, y, colour);
        }
        expect([seed, fast.modified, fast.bytes]).toEqual([seed, slow.modified, slow.bytes]);
      }
    },
  );

  it('a text in a random font is the same as the pixels that its font names', () => {
    for (const seed of seedsOrOne(30, 1_500)) {
      const chance = makeRandomness(seed, 'text');
      const layout = chance.pick(LAYOUTS as [CanvasLayout]);
      const font = randomFont(() => chance.below(256));
      const solid = chance.below(2) === 0;
      const text = Array.from({ length: 6 }, () => String.fromCharCode(60 + chance.below(12))).join('');
      const [x, y] = [chance.below(40) - 10, chance.below(30) - 10];
      const [fast, slow] = [blank(layout), blank(layout)];
      for (const canvas of [fast, slow]) {
        canvas.fillRect({ x1: 3, y1: 3, x2: 20, y2: 15 }, canvas.colourMask);
        [canvas.foreground, canvas.background] = [canvas.colourMask & 0x5a5b, canvas.colourMask & 0xa5];
      }
      drawText(fast, { font, alignX: 3, alignY: 3, solid }, text, x, y);
      drawByPixels(slow, font, solid, text, x, y);
      expect([seed, fast.modified, fast.bytes]).toEqual([seed, slow.modified, slow.bytes]);
    }
  });
});

const FIRST = 60;
const CHARACTERS = 12;

function randomFont(byte: () => number): CustomFont {
  const width = 1 + (byte() % 9);
  const height = 1 + (byte() % 12);
  const bitmap = Array.from({ length: Math.ceil((CHARACTERS * width * height) / 8) }, () =>
    String.fromCharCode(byte()),
  ).join('');
  const scale = 1 + (byte() % 3);
  return { bitmap, firstCharacter: FIRST, widths: width, height, scale, ...decoded(bitmap, height, scale) };
}

/** As `setFontCustom` describes a font: column by column, the highest bit of each byte first. */
function drawByPixels(
  canvas: Canvas,
  { bitmap, widths, height, scale }: CustomFont,
  solid: boolean,
  text: string,
  atX: number,
  atY: number,
): void {
  const width = widths as number;
  [...text].forEach((character, nth) => {
    const x = atX + nth * width * scale;
    const isSeen = x > -width * scale && x < canvas.layout.width - 1;
    if (!isSeen || atY <= -height * scale || atY > canvas.layout.height - 1) return;
    for (let px = 0; px < width * scale; px++) {
      for (let py = 0; py < height * scale; py++) {
        const column = (character.charCodeAt(0) - FIRST) * width + Math.floor(px / scale);
        const bit = column * height + Math.floor(py / scale);
        const isSet = (bitmap.charCodeAt(bit >> 3) >> (7 - (bit & 7))) & 1;
        if (isSet || solid) canvas.setPixel(x + px, atY + py, isSet ? canvas.foreground : canvas.background);
      }
    }
  });
}
