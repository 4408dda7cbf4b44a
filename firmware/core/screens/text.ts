import type { Display } from '../ports.ts';
import { ELLIPSIS } from '../texts.ts';

/** Character cell of the font in pixels, before scaling. */
export const CELL_WIDTH = 6;
export const CELL_HEIGHT = 8;

/** UTF-8 as far as the font has it: every other character is one question mark. */
export function printable(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    // A continuation byte belongs to the mark already set.
    if ((byte & 0xc0) !== 0x80) text += byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '?';
  }
  return text;
}

/** Draws one line, cut with dots where it does not fit. */
export function line(display: Display, y: number, size: number, text: string): void {
  const fits = Math.floor(display.width / (CELL_WIDTH * size));
  display.text(0, y, size, text.length > fits ? text.substring(0, fits - 2) + ELLIPSIS : text);
}

/** Draws one line in the middle. */
export function centred(display: Display, y: number, size: number, text: string): void {
  display.text((display.width - text.length * CELL_WIDTH * size) >> 1, y, size, text);
}

/** Draws a few small letters up to the right edge. */
export function right(display: Display, y: number, text: string): void {
  display.text(display.width - text.length * CELL_WIDTH, y, 1, text);
}

/**
 * Draws a sentence over as many lines as it needs, broken at spaces, and cuts it with dots where the next line would
 * reach below `bottom`. Returns where the next line would begin.
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
      while (end > 0 && rest.charAt(end) !== ' ') end--;
      if (end === 0) end = fits;
    }
    line(display, at, size, rest.substring(0, end));
    rest = rest.substring(rest.charAt(end) === ' ' ? end + 1 : end);
    at += height;
  }
  return at;
}

/** Six to eight characters in two groups that a person can hold: 287 082, 2870 8212. */
export function grouped(code: string): string {
  const size = code.length > 7 ? 4 : 3;
  return `${code.substring(0, size)} ${code.substring(size)}`;
}
