/**
 * Reads the text on a display from its pixels, as a person does who knows the font. The firmware draws pixels only, so
 * nothing else says what stands there.
 */
import type { Bitmap } from '@passfob/simulator/for-emulator';
import { CELL_COLUMNS, CELL_ROWS, type Font, shapeOf } from './font.ts';
import { LETTER_SCALE_MAX, TELLING_DOTS_MIN } from './limits.ts';

interface Letter {
  readonly x: number;
  readonly y: number;
  /** Pixels per dot. */
  readonly scale: number;
  readonly letter: string;
  /** Rows of its cell, without an empty last one, into which a line of smaller letters may reach. */
  readonly rows: number;
  /** Dots that are lit. */
  readonly dots: number;
}

/** Returns the strings from top to bottom, then left to right. Shapes that are no letters of the font are left out. */
export function textOn(bitmap: Bitmap, font: Font): string[] {
  return strings(chosen(bitmap, possible(bitmap, font)));
}

/** Every cell of pixels that looks like a letter. */
function possible(bitmap: Bitmap, font: Font): Letter[] {
  const found: Letter[] = [];
  for (let scale = 1; scale <= LETTER_SCALE_MAX; scale++) {
    for (let y = 0; y + CELL_ROWS * scale <= bitmap.height; y++) {
      for (let x = 0; x + CELL_COLUMNS * scale <= bitmap.width; x++) {
        const letter = letterAt(bitmap, font, x, y, scale);
        if (letter) found.push(letter);
      }
    }
  }
  return found;
}

function letterAt(bitmap: Bitmap, font: Font, x: number, y: number, scale: number): Letter | undefined {
  const { width, pixels } = bitmap;
  const columns = [0, 0, 0, 0, 0, 0];
  let dots = 0;
  let rows = CELL_ROWS - 1;
  for (let column = CELL_COLUMNS - 1; column >= 0; column--) {
    let bits = 0;
    for (let row = 0; row < CELL_ROWS; row++) {
      const isLit = pixels[(y + row * scale) * width + x + column * scale] === 1;
      bits = (bits << 1) | (isLit ? 1 : 0);
      if (isLit) dots++;
    }
    if (column === CELL_COLUMNS - 1 && bits !== 0) return undefined;
    columns[column] = bits;
    if (bits & 1) rows = CELL_ROWS;
  }
  if (dots === 0) return undefined;
  const letter = font.get(shapeOf(columns));
  if (letter === undefined || !isEven(bitmap, x, y, scale, rows)) return undefined;
  return { x, y, scale, letter, rows, dots };
}

/** Whether all pixels of each dot are alike. */
function isEven({ width, pixels }: Bitmap, x: number, y: number, scale: number, rows: number): boolean {
  for (let row = 0; row < rows * scale; row++) {
    const line = (y + row) * width + x;
    const dotLine = (y + row - (row % scale)) * width + x;
    for (let column = 0; column < CELL_COLUMNS * scale; column++) {
      if (pixels[line + column] !== pixels[dotLine + column - (column % scale)]) return false;
    }
  }
  return true;
}

/**
 * Chooses among letters that share pixels. Large ones and those with many dots come first; a dash or a dot could
 * stand at several heights, so letters with few dots are taken where they line up with others.
 */
function chosen(bitmap: Bitmap, letters: readonly Letter[]): Letter[] {
  const used = new Uint8Array(bitmap.pixels.length);
  const taken: Letter[] = [];
  const take = (letter: Letter) => {
    if (isUsed(bitmap, used, letter)) return;
    use(bitmap, used, letter);
    taken.push(letter);
  };
  const sorted = [...letters].sort((a, b) => b.scale - a.scale || b.dots - a.dots);
  for (const letter of sorted) if (letter.dots >= TELLING_DOTS_MIN) take(letter);
  const few = sorted.filter(({ dots }) => dots < TELLING_DOTS_MIN);
  for (const letter of few) if (taken.some(other => isAligned(letter, other))) take(letter);
  for (const letter of few) take(letter);
  return taken;
}

function isAligned(one: Letter, other: Letter): boolean {
  return (
    one.y === other.y && one.scale === other.scale && (one.x - other.x) % (CELL_COLUMNS * one.scale) === 0
  );
}

function isUsed({ width, pixels }: Bitmap, used: Uint8Array, { x, y, scale, rows }: Letter): boolean {
  for (let row = 0; row < rows * scale; row++) {
    const line = (y + row) * width + x;
    for (let column = 0; column < CELL_COLUMNS * scale; column++) {
      if (pixels[line + column] === 1 && used[line + column] === 1) return true;
    }
  }
  return false;
}

function use({ width }: Bitmap, used: Uint8Array, { x, y, scale, rows }: Letter): void {
  for (let row = 0; row < rows * scale; row++) {
    const line = (y + row) * width + x;
    used.fill(1, line, line + CELL_COLUMNS * scale);
  }
}

/** Joins letters of one size on one line; more than one space between them separates two strings. */
function strings(letters: readonly Letter[]): string[] {
  const sorted = [...letters].sort((a, b) => a.y - b.y || a.scale - b.scale || a.x - b.x);
  const found: { readonly x: number; readonly y: number; text: string }[] = [];
  let before: Letter | undefined;
  for (const letter of sorted) {
    const last = found.at(-1);
    const cells = before && isAligned(letter, before) ? cellsBetween(before, letter) : 0;
    if (last && (cells === 1 || cells === 2)) last.text += (cells === 2 ? ' ' : '') + letter.letter;
    else found.push({ x: letter.x, y: letter.y, text: letter.letter });
    before = letter;
  }
  return found.sort((a, b) => a.y - b.y || a.x - b.x).map(({ text }) => text);
}

function cellsBetween(before: Letter, letter: Letter): number {
  return (letter.x - before.x) / (CELL_COLUMNS * letter.scale);
}
