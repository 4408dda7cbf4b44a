import type { Bitmap } from '../base/fob.ts';

/** A way to draw pixels with characters: pixels per character, and the character for each pattern. */
export interface CellKind {
  readonly width: number;
  readonly height: number;
  /** `bits`: bit `row * width + column` is that pixel of the cell. */
  character(bits: number): string;
}

/** Half blocks: nearly square pixels, as wide in characters as the display in pixels. */
export const halfBlocks: CellKind = {
  width: 1,
  height: 2,
  character: bits => [' ', '▀', '▄', '█'][bits] ?? ' ',
};

/** Bit of each dot in a braille character (Unicode 16, §21.1): rows of two; Unicode added the fourth row later. */
const BRAILLE_DOTS = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];

/** Braille dots: small enough for a window of 80 × 24. */
export const brailleDots: CellKind = {
  width: 2,
  height: 4,
  character: bits =>
    String.fromCodePoint(
      0x2800 + BRAILLE_DOTS.reduce((sum, dot, bit) => sum + ((bits >> bit) & 1 ? dot : 0), 0),
    ),
};

/** Returns the number of characters for a bitmap of that size. */
export function cellSize(kind: CellKind, { width, height }: Bitmap): { columns: number; rows: number } {
  return { columns: Math.ceil(width / kind.width), rows: Math.ceil(height / kind.height) };
}

/** Draws the bitmap as lines of characters, all of the same length. */
export function drawCells(kind: CellKind, bitmap: Bitmap): string[] {
  const { columns, rows } = cellSize(kind, bitmap);
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => kind.character(cellBits(kind, bitmap, column, row))).join(
      '',
    ),
  );
}

function cellBits(kind: CellKind, { width, height, pixels }: Bitmap, column: number, row: number): number {
  let bits = 0;
  for (let y = 0; y < kind.height; y++) {
    for (let x = 0; x < kind.width; x++) {
      const [pixelX, pixelY] = [column * kind.width + x, row * kind.height + y];
      const isInside = pixelX < width && pixelY < height;
      if (isInside && pixels[pixelY * width + pixelX]) bits |= 1 << (y * kind.width + x);
    }
  }
  return bits;
}
