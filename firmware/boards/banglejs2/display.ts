import type { Display } from '../../core/base/ports.ts';
import { BANGLE_SIDE } from '../limits.ts';
import { FONT, FONT_FIRST, FONT_HEIGHT, FONT_WIDTH } from '../parts/font.ts';

/**
 * Three of the eight colours, in 5, 6 and 5 bits. White, cyan and yellow on black have a contrast of 16 to 1 or more.
 */
const TONES = [0xffff, 0x07ff, 0xffe0];
const BRIGHTNESS = [0.1, 0.4, 1];

/**
 * The watch's own display, which keeps its picture without refresh. The watch is locked while the display is off, so
 * that the touch screen needs no current; the button unlocks it.
 */
export class BangleDisplay implements Display {
  readonly width: number;
  readonly height: number;
  private readonly font: string;
  private on: boolean;

  constructor() {
    this.width = BANGLE_SIDE;
    this.height = BANGLE_SIDE;
    this.font = FONT;
    // A reset of the interpreter alone leaves the display unchanged.
    this.on = false;
  }

  clear(): void {
    g.setBgColor(0);
    g.clear();
    this.ink(0);
  }

  text(x: number, y: number, size: number, text: string): void {
    g.setFontCustom(this.font, FONT_FIRST, FONT_WIDTH, FONT_HEIGHT | (size << 8)).drawString(text, x, y);
  }

  fill(x: number, y: number, width: number, height: number): void {
    if (width > 0) g.fillRect(x, y, x + width - 1, y + height - 1);
  }

  show(): boolean {
    g.flip();
    return true;
  }

  ink(tone: number): void {
    g.setColor(TONES[tone] as number);
  }

  light(level: number): void {
    Bangle.setLCDBrightness(BRIGHTNESS[level] as number);
  }

  power(on: boolean): void {
    if (on === this.on) return;
    this.on = on;
    Bangle.setLocked(!on);
    Bangle.setLCDPower(on);
  }
}
