import { FONTS_KNOWN_MAX, STAMP_ROWS_MAX } from '../../base/limits.ts';
import type { Canvas } from './canvas.ts';

/** Arguments of `setFontCustom` (jswrap_graphics.c). */
export interface CustomFont {
  /** Column by column, the highest bit of each byte first. */
  readonly bitmap: string;
  readonly firstCharacter: number;
  /** One width for all, or one character each. */
  readonly widths: number | string;
  /** In pixels, before scaling. */
  readonly height: number;
  readonly scale: number;
  /** For each column of the bitmap: the rows where its pixels begin and where they end, as characters. */
  readonly columns: readonly string[];
  /** The same, scaled, as bits from the uppermost row on. Absent where a column has too many rows. */
  readonly stamps: readonly number[] | undefined;
}

/** Returns a font of blocks: every character after the space, in a cell of 6 × 8. */
export function blockFont(scale: number): CustomFont {
  const bitmap = BLOCKS;
  return { bitmap, firstCharacter: 32, widths: 6, height: 8, scale, ...decoded(bitmap, 8, scale) };
}

const BLOCKS = '\0'.repeat(6) + '\xfe\xfe\xfe\xfe\xfe\0'.repeat(223);

/** Font and alignment of text relative to its point: 3 is left or top, 0 centre, 1 right or bottom. */
export interface TextStyle {
  readonly font: CustomFont;
  readonly alignX: number;
  readonly alignY: number;
  readonly solid: boolean;
}

export interface Drawn {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Returns the columns of a character, before scaling. */
function widthOf({ widths, firstCharacter }: CustomFont, code: number): number {
  if (typeof widths === 'number') return widths;
  const index = code - firstCharacter;
  return index >= 0 && index < widths.length ? widths.charCodeAt(index) & 255 : 0;
}

/** Returns the column of the bitmap where a character begins. */
function columnOf({ widths, firstCharacter }: CustomFont, code: number): number {
  const index = code - firstCharacter;
  if (typeof widths === 'number') return widths * index;
  let column = 0;
  for (let at = 0; at < Math.min(index, widths.length); at++) column += widths.charCodeAt(at) & 255;
  return column;
}

function characterWidth(font: CustomFont, code: number): number {
  return code > 255 ? 0 : widthOf(font, code) * font.scale;
}

/** Returns the pixels of the widest line. */
export function textWidth(font: CustomFont, text: string): number {
  if (!text.includes('\n')) return lineWidth(font, text);
  return text.split('\n').reduce((widest, line) => Math.max(widest, lineWidth(font, line)), 0);
}

function lineWidth(font: CustomFont, line: string): number {
  let width = 0;
  for (let at = 0; at < line.length; at++) width += characterWidth(font, line.charCodeAt(at));
  return width;
}

function linesIn(text: string): number {
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}

export function textHeight(font: CustomFont, text: string): number {
  return font.height * font.scale * linesIn(text);
}

function drawGlyph(canvas: Canvas, style: TextStyle, code: number, x: number, y: number): void {
  const { font } = style;
  const { height, scale, columns } = font;
  const { foreground } = canvas;
  const width = widthOf(font, code);
  const column = columnOf(font, code);
  const bottom = y + height * scale - 1;
  const isInside =
    x >= 0 && y >= 0 && x + width * scale <= canvas.layout.width && bottom < canvas.layout.height;
  if (isInside && !style.solid && font.stamps && canvas.hasColumns) {
    for (let px = 0; px < width * scale; px++) {
      const bits = font.stamps[column + Math.floor(px / scale)] ?? 0;
      if (bits !== 0) canvas.stamp(x + px, y, bits, foreground);
    }
    return;
  }
  for (let cx = 0; cx < width; cx++) {
    const left = x + cx * scale;
    const right = left + scale - 1;
    if (style.solid) canvas.fill(left, y, right, bottom, canvas.background);
    const runs = columns[column + cx] ?? '';
    for (let at = 0; at < runs.length; at += 2) {
      const top = y + runs.charCodeAt(at) * scale;
      const end = y + runs.charCodeAt(at + 1) * scale - 1;
      if (isInside) canvas.fillInside(left, top, right, end, foreground);
      else canvas.fill(left, top, right, end, foreground);
    }
  }
}

type Decoded = Pick<CustomFont, 'columns' | 'stamps'>;
/** Fonts of before, by bitmap: an image names the same one for each text. */
const known = new Map<string, Map<number, Decoded>>();

/** Decodes a font for its bitmap, height and scale. */
export function decoded(bitmap: string, height: number, scale: number): Decoded {
  const found = known.get(bitmap) ?? new Map<number, Decoded>();
  const key = height * 256 + scale;
  const kept = found.get(key);
  if (kept) return kept;
  const count = height > 0 ? Math.ceil((bitmap.length * 8) / height) : 0;
  const columns = Array.from({ length: count }, (_, column) => runsOf(bitmap, column * height, height));
  const stamps = height * scale > STAMP_ROWS_MAX ? undefined : columns.map(runs => bitsOf(runs, scale));
  if (known.size >= FONTS_KNOWN_MAX) known.clear();
  if (found.size >= FONTS_KNOWN_MAX) found.clear();
  known.set(bitmap, found.set(key, { columns, stamps }));
  return { columns, stamps };
}

function bitsOf(runs: string, scale: number): number {
  let bits = 0;
  for (let at = 0; at < runs.length; at += 2) {
    const [from, to] = [runs.charCodeAt(at) * scale, runs.charCodeAt(at + 1) * scale];
    bits |= ((1 << to) - 1) & ~((1 << from) - 1);
  }
  return bits;
}

function runsOf(bitmap: string, first: number, height: number): string {
  let runs = '';
  for (let row = 0, before = 0; row <= height; row++) {
    const bit = first + row;
    const set = row < height ? (bitmap.charCodeAt(bit >> 3) >> (7 - (bit & 7))) & 1 : 0;
    if (set !== before) runs += String.fromCharCode(row);
    before = set;
  }
  return runs;
}

/** Returns the shift for an alignment: `extent` times (alignment + 1) / 2, towards zero. */
function shift(extent: number, alignment: number): number {
  return alignment < 2 ? Math.trunc((extent * (alignment + 1)) / 2) : 0;
}

/** Draws the text and returns its area. */
export function drawText(canvas: Canvas, style: TextStyle, text: string, atX: number, atY: number): Drawn {
  const { font } = style;
  const { width, height } = canvas.layout;
  const lineHeight = font.height * font.scale;
  const top = atY - shift(textHeight(font, text), style.alignY);
  const lines = text.includes('\n') ? text.split('\n') : [text];
  let left = Number.POSITIVE_INFINITY;
  let y = top;
  for (const line of lines) {
    let x = atX - shift(style.alignX < 2 ? lineWidth(font, line) : 0, style.alignX);
    left = Math.min(left, x);
    for (let at = 0; at < line.length; at++) {
      const code = line.charCodeAt(at);
      const advance = characterWidth(font, code);
      // Text does not start in the last column, as in Espruino: `x < maxX`.
      const seen = x > -advance && x < width - 1 && y > -lineHeight && y <= height - 1;
      if (seen && code >= font.firstCharacter && code <= 255) drawGlyph(canvas, style, code, x, y);
      x += advance;
    }
    y += lineHeight;
  }
  return { x: left, y: top, width: textWidth(font, text), height: lines.length * lineHeight };
}
