import type { Primitives } from '@passfob/protocol/primitives';
import type { Display } from '../base/ports.ts';
import { ELLIPSIS } from '../base/texts.ts';

/** Character cell of the font in pixels, before scaling. */
export const CELL_WIDTH = 6;
export const CELL_HEIGHT = 8;

/** Base letters of U+00C0 to U+017F, in the order of UTF-8 from C3 80 on. */
const FOLDED =
  'AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty' +
  'AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlL' +
  'lLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs';
const FOLDED_LEAD = 0xc3;
/** Matches a character that the font does not have. */
export const FOREIGN = /[^ -~]/;

/**
 * Returns text that the font can show: European letters without their accents, any other character as one question
 * mark.
 */
export function printable(primitives: Primitives, bytes: Uint8Array): string {
  const text = primitives.text(bytes);
  return FOREIGN.test(text) ? folded(bytes) : text;
}

function folded(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte >= 32 && byte < 127) text += String.fromCharCode(byte);
    // A continuation byte belongs to the character before it.
    else if ((byte & 0xc0) !== 0x80) {
      const at = (byte - FOLDED_LEAD) * 64 + ((bytes[i + 1] as number) & 63);
      text += (byte >= FOLDED_LEAD && FOLDED[at]) || '?';
    }
  }
  return text;
}

/** Size of small letters, in pixels per dot. Small displays with many pixels use two. */
export function unit(display: Display): number {
  return display.width > 160 ? 2 : 1;
}

/** Draws one line, and cuts it with dots if it does not fit. */
export function line(display: Display, y: number, size: number, text: string): void {
  const fits = Math.floor(display.width / (CELL_WIDTH * size));
  display.text(0, y, size, text.length > fits ? text.slice(0, fits - 2) + ELLIPSIS : text);
}

/** Draws one centred line. */
export function centred(display: Display, y: number, size: number, text: string): void {
  display.text((display.width - text.length * CELL_WIDTH * size) >> 1, y, size, text);
}

/** Draws a few letters that end at the right edge. */
export function right(display: Display, y: number, size: number, text: string): void {
  display.text(display.width - text.length * CELL_WIDTH * size, y, size, text);
}

/**
 * Draws a sentence over as many lines as it needs, broken at spaces, and cuts it with dots if the next line would
 * pass below `bottom`. Returns where the next line would begin.
 */
export function paragraph(display: Display, y: number, size: number, text: string, bottom: number): number {
  const fits = Math.floor(display.width / (CELL_WIDTH * size));
  const height = CELL_HEIGHT * size + 2;
  let rest = text;
  let at = y;
  while (rest !== '' && at + height <= bottom + 2) {
    let end = rest.length;
    if (end > fits && at + 2 * height <= bottom + 2) {
      end = fits;
      while (end > 0 && rest[end] !== ' ') end--;
      if (end === 0) end = fits;
    }
    line(display, at, size, rest.slice(0, end));
    rest = rest.slice(rest[end] === ' ' ? end + 1 : end);
    at += height;
  }
  return at;
}

/**
 * Returns the code in two groups that are easy to remember: 287 082, 2870 8212, 12345 67890; up to five characters in
 * one.
 */
export function grouped(code: string): string {
  const length = code.length;
  const size = length > 8 || length < 6 ? 5 : length > 7 ? 4 : 3;
  return length > size ? `${code.slice(0, size)} ${code.slice(size)}` : code;
}
