import type { Display } from '../../core/base/ports.ts';
import { DISPLAY_HEIGHT, DISPLAY_WIDTH, I2C_CHUNK_BYTES, SSD1306_ADDRESS } from '../limits.ts';
import { FONT, FONT_FIRST, FONT_HEIGHT, FONT_WIDTH } from './font.ts';
import { I2cPart } from './i2c.ts';

/** First byte of a transfer: commands or pixels follow. */
const COMMANDS = 0;
const PIXELS = 0x40;

// Data sheet §10: off, clock, 64 lines, no offset, start line 0, charge pump, horizontal addressing, segments and
// rows as the common modules are wired, precharge, deselect level, show memory, not inverted. As text, because a
// table of numbers is three times as long in the image and occupies memory.
const INIT = '\xae\xd5\x80\xa8\x3f\xd3\0\x40\x8d\x14\x20\0\xa1\xc8\xda\x12\xd9\xf1\xdb\x40\xa4\xa6';

/** The SSD1306 module, 128 × 64. A page of 8 rows is sent only if it has changed, because the bus is slow. */
export class Ssd1306 implements Display {
  readonly width: number;
  readonly height: number;
  private readonly graphics: DeviceGraphics;
  private readonly font: string;
  private readonly part: I2cPart;
  private sent: Int32Array;
  private on: boolean;
  private contrast: number;

  constructor() {
    this.width = DISPLAY_WIDTH;
    this.height = DISPLAY_HEIGHT;
    this.graphics = Graphics.createArrayBuffer(DISPLAY_WIDTH, DISPLAY_HEIGHT, 1, {
      vertical_byte: true,
      // Espruino's default since 2v25 would put the top pixel into the highest bit.
      msb: false,
    });
    this.font = FONT;
    this.part = new I2cPart(SSD1306_ADDRESS);
    this.sent = new Int32Array(DISPLAY_HEIGHT >> 3);
    this.on = false;
    this.contrast = 0x7f;
  }

  clear(): void {
    this.graphics.clear(true).setColor(1);
  }

  text(x: number, y: number, size: number, text: string): void {
    this.graphics
      .setFontCustom(this.font, FONT_FIRST, FONT_WIDTH, FONT_HEIGHT | (size << 8))
      .drawString(text, x, y);
  }

  fill(x: number, y: number, width: number, height: number): void {
    if (width > 0) this.graphics.fillRect(x, y, x + width - 1, y + height - 1);
  }

  show(): void {
    const pixels = new Uint8Array(this.graphics.buffer);
    for (let page = 0; page < this.sent.length; page++) {
      const row = pixels.subarray(page * DISPLAY_WIDTH, (page + 1) * DISPLAY_WIDTH);
      const crc = E.CRC32(row) | 0;
      if (crc === this.sent[page]) continue;
      if (!this.part.send([COMMANDS, 0x21, 0, DISPLAY_WIDTH - 1, 0x22, page, page])) return;
      for (let at = 0; at < DISPLAY_WIDTH; at += I2C_CHUNK_BYTES) {
        if (!this.part.send([PIXELS, row.subarray(at, at + I2C_CHUNK_BYTES)])) return;
      }
      this.sent[page] = crc;
    }
  }

  ink(): void {}

  light(level: number): void {
    this.contrast = level * 120 + 8;
    if (this.on) this.part.send([COMMANDS, 0x81, this.contrast]);
  }

  /** Sets the part up each time it is switched on, because it may have lost its supply. */
  power(on: boolean): void {
    if (on === this.on) return;
    this.on = on;
    if (on) this.sent = new Int32Array(DISPLAY_HEIGHT >> 3);
    this.part.send(on ? [COMMANDS, INIT, 0x81, this.contrast, 0xaf] : [COMMANDS, 0xae]);
  }
}
