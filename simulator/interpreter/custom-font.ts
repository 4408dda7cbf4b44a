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
}

/** Draws every character after the space as a block in a cell of 6 × 8. */
export const BLOCK_FONT: CustomFont = {
  bitmap: '\0'.repeat(6) + '\xfe\xfe\xfe\xfe\xfe\0'.repeat(223),
  firstCharacter: 32,
  widths: 6,
  height: 8,
  scale: 1,
};

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

function glyph(font: CustomFont, code: number): { width: number; column: number } {
  const index = code - font.firstCharacter;
  if (typeof font.widths === 'number') return { width: font.widths, column: font.widths * index };
  if (index < 0) return { width: 0, column: 0 };
  let column = 0;
  for (let at = 0; at < Math.min(index, font.widths.length); at++) column += font.widths.charCodeAt(at) & 255;
  return { width: index < font.widths.length ? font.widths.charCodeAt(index) & 255 : 0, column };
}

function characterWidth(font: CustomFont, code: number): number {
  if (code > 255) return 0;
  return glyph(font, code).width * font.scale;
}

/** Returns the pixels of the widest line. */
export function textWidth(font: CustomFont, text: string): number {
  return text.split('\n').reduce((widest, line) => Math.max(widest, lineWidth(font, line)), 0);
}

function lineWidth(font: CustomFont, line: string): number {
  let width = 0;
  for (let at = 0; at < line.length; at++) width += characterWidth(font, line.charCodeAt(at));
  return width;
}

export function textHeight(font: CustomFont, text: string): number {
  return font.height * font.scale * text.split('\n').length;
}

function drawGlyph(canvas: Canvas, style: TextStyle, code: number, x: number, y: number): void {
  const { font } = style;
  const { width, column } = glyph(font, code);
  for (let cx = 0; cx < width; cx++) {
    for (let cy = 0; cy < font.height; cy++) {
      const bit = (column + cx) * font.height + cy;
      const set = (font.bitmap.charCodeAt(bit >> 3) >> (7 - (bit & 7))) & 1;
      if (!set && !style.solid) continue;
      const left = x + cx * font.scale;
      const top = y + cy * font.scale;
      const area = { x1: left, y1: top, x2: left + font.scale - 1, y2: top + font.scale - 1 };
      canvas.fillRect(area, set ? canvas.foreground : canvas.background);
    }
  }
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
  let left = atX;
  text.split('\n').forEach((line, index) => {
    let x = atX - shift(lineWidth(font, line), style.alignX);
    left = index === 0 ? x : Math.min(left, x);
    const y = top + index * lineHeight;
    for (let at = 0; at < line.length; at++) {
      const code = line.charCodeAt(at);
      const advance = characterWidth(font, code);
      // Text does not start in the last column, as in Espruino: `x < maxX`.
      const seen = x > -advance && x < width - 1 && y > -lineHeight && y <= height - 1;
      if (seen && code >= font.firstCharacter && code <= 255) drawGlyph(canvas, style, code, x, y);
      x += advance;
    }
  });
  return { x: left, y: top, width: textWidth(font, text), height: textHeight(font, text) };
}
