/**
 * The letters of `font.txt`, 5 × 7 with descenders below the line, in cells of 6 × 8, column by column, the top pixel
 * in the highest bit.
 */
export const FONT = FONT_BITMAP;
export const FONT_FIRST = 32;
export const FONT_WIDTH = 6;
export const FONT_HEIGHT = 8;
