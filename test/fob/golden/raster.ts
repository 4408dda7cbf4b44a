import { fileURLToPath } from 'node:url';
import { fontBitmap } from '@passfob/firmware/build/font';
import { type Display, INK_PLAIN } from '@passfob/firmware/core/base/ports';
import type { Screen } from '@passfob/simulator';

const FONT = Buffer.from(
  fontBitmap(fileURLToPath(new URL('../../../firmware/boards/parts/font.txt', import.meta.url))),
  'latin1',
);
const FIRST = 32;
const CELL = { width: 6, height: 8 } as const;

/** A display of any size in memory, with the project's letters. A pixel is 0 for dark, or its tone and one. */
export class Raster implements Display {
  readonly width: number;
  readonly height: number;
  /** Texts drawn over the edge: no view may. */
  readonly cut: string[] = [];
  private readonly pixels: Uint8Array;
  private readonly drawn: { x: number; y: number; text: string }[] = [];
  private tone = INK_PLAIN;
  private isOn = false;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.pixels = new Uint8Array(width * height);
  }

  clear(): void {
    this.pixels.fill(0);
    this.drawn.splice(0);
    this.tone = INK_PLAIN;
  }

  text(x: number, y: number, size: number, text: string): void {
    if (text === '') return;
    this.drawn.push({ x, y, text });
    for (const [index, letter] of [...text].entries())
      this.letter(x + index * CELL.width * size, y, size, letter);
  }

  private letter(x: number, y: number, size: number, letter: string): void {
    const glyph = (letter.charCodeAt(0) - FIRST) * CELL.width;
    for (let column = 0; column < CELL.width; column++) {
      for (let row = 0; row < CELL.height; row++) {
        if ((FONT[glyph + column] ?? 0) & (0x80 >> row))
          this.fill(x + column * size, y + row * size, size, size);
      }
    }
  }

  fill(x: number, y: number, width: number, height: number): void {
    const isInside = x >= 0 && y >= 0 && x + width <= this.width && y + height <= this.height;
    if (!isInside) this.cut.push(`${width} x ${height} at ${x}, ${y}`);
    for (let row = y; row < y + height; row++) {
      for (let column = x; column < x + width; column++)
        this.pixels[row * this.width + column] = this.tone + 1;
    }
  }

  show(): boolean {
    return true;
  }

  power(on: boolean): void {
    this.isOn = on;
  }

  ink(tone: number): void {
    this.tone = tone;
  }

  light(): void {}

  screen(): Screen {
    const text = [...this.drawn].sort((a, b) => a.y - b.y || a.x - b.x).map(one => one.text);
    const { width, height, pixels } = this;
    return { on: this.isOn, text: this.isOn ? text : [], bitmap: { width, height, pixels } };
  }
}
