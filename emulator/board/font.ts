/**
 * Finds the font in the application of an image: a bitmap for Espruino's `setFontCustom` that begins with a space, has
 * cells of 6 × 8 pixels, and stands in the pretokenised code as a long string (Espruino jslex.h, LEX_RAW_STRING16).
 */
import { FONT_LETTERS_MIN } from './limits.ts';

export const CELL_COLUMNS = 6;
export const CELL_ROWS = 8;

/** Marks a string of up to 65,535 bytes; its length follows in two bytes, the lower one first. */
const LONG_STRING = 0xd2;
const SPACE = 32;

/** The letters of a font, by `shapeOf` their columns. */
export type Font = ReadonlyMap<number, string>;

/**
 * Returns a number for the shape of a letter.
 * @param columns the five columns that a letter may fill, a byte each
 */
export function shapeOf(columns: ArrayLike<number>): number {
  let shape = 0;
  for (let column = 0; column < CELL_COLUMNS - 1; column++) shape = shape * 256 + (columns[column] ?? 0);
  return shape;
}

/** @returns undefined if there is no such string */
export function fontIn(application: Uint8Array): Font | undefined {
  for (let at = application.indexOf(LONG_STRING); at >= 0; at = application.indexOf(LONG_STRING, at + 1)) {
    const length = (application[at + 1] ?? 0) | ((application[at + 2] ?? 0) << 8);
    const bitmap = application.subarray(at + 3, at + 3 + length);
    if (bitmap.length === length && isFont(bitmap)) return lettersOf(bitmap);
  }
  return undefined;
}

function isFont(bitmap: Uint8Array): boolean {
  if (bitmap.length % CELL_COLUMNS !== 0 || bitmap.length < FONT_LETTERS_MIN * CELL_COLUMNS) return false;
  if (bitmap.subarray(0, CELL_COLUMNS).some(column => column !== 0)) return false;
  return bitmap.every((column, at) => at % CELL_COLUMNS !== CELL_COLUMNS - 1 || column === 0);
}

function lettersOf(bitmap: Uint8Array): Font {
  const letters = new Map<number, string>();
  for (let at = CELL_COLUMNS; at < bitmap.length; at += CELL_COLUMNS) {
    letters.set(shapeOf(bitmap.subarray(at)), String.fromCharCode(SPACE + at / CELL_COLUMNS));
  }
  return letters;
}
