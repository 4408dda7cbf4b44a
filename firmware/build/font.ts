import { readFileSync } from 'node:fs';

const COLUMNS = 6;
const ROWS = 8;

/**
 * Returns the bitmap for Espruino's `setFontCustom` from the drawings in `path`: for each glyph a line `glyph HEX
 * CHAR` and eight rows of five `.` or `#`.
 * @returns one character per byte, six bytes per glyph, one byte per column, the top row in the highest bit
 * @throws Error if a drawing has another shape, or a glyph is missing or out of order
 */
export function fontBitmap(path: string): string {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  const bytes: number[] = [];
  for (let at = 0; at < lines.length; at += ROWS + 1) {
    const code = Number.parseInt(lines[at]?.split(' ')[1] ?? '', 16);
    if (code !== 32 + bytes.length / COLUMNS) throw new Error(`${path}:${at + 1}: glyph out of order`);
    const rows = lines.slice(at + 1, at + 1 + ROWS);
    if (rows.length !== ROWS || !rows.every(row => /^[.#]{5}$/.test(row)))
      throw new Error(`${path}:${at + 1}: a glyph is eight rows of five . or #`);
    for (let x = 0; x < COLUMNS; x++) {
      bytes.push(rows.reduce((column, row, y) => column | (row[x] === '#' ? 0x80 >> y : 0), 0));
    }
  }
  return Buffer.from(bytes).toString('latin1');
}
