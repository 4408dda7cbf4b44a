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

/** Draws a sentence in small letters over as many lines as it needs, broken at spaces. */
export function paragraph(display: Display, y: number, text: string): void {
  const fits = Math.floor(display.width / CELL_WIDTH);
  let rest = text;
  let at = y;
  while (rest.length > 0 && at + CELL_HEIGHT <= display.height) {
    let end = rest.length;
    if (end > fits) {
      end = fits;
      while (end > 0 && rest.charAt(end) !== ' ') end--;
      if (end === 0) end = fits;
    }
    display.text(0, at, 1, rest.substring(0, end));
    rest = rest.substring(rest.charAt(end) === ' ' ? end + 1 : end);
    at += CELL_HEIGHT + 2;
  }
}

/** Digits in groups a person can hold: 287 082, 2870 8212. */
export function grouped(code: string): string {
  const size = code.length > 7 ? 4 : 3;
  let text = '';
  for (let i = 0; i < code.length; i++) {
    if (i > 0 && i % size === 0 && code.length - i > 1) text += ' ';
    text += code.charAt(i);
  }
  return text;
}
