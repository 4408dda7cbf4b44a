import type { Display } from '../../core/base/ports.ts';
import { DISPLAY_HEIGHT, DISPLAY_WIDTH, SSD1306_ADDRESS } from '../limits.ts';
import { FONT, FONT_FIRST, FONT_HEIGHT, FONT_WIDTH } from './font.ts';
import { I2cPart } from './i2c.ts';

// Data sheet §8.1.5: a control byte of 0 says that commands follow; 0x80, one command, then another control byte;
// 0x40, pixels. A transfer may have to begin again after only a part of it arrived: two no-operations end a command
// whose parameters are missing.
const COMMANDS = '\0\xe3\xe3';
const ONE = '\x80';
/** All columns of the page whose number, twice, completes it. */
const ROW = '\x80\xe3\x80\xe3\x80\x21\x80\0\x80\x7f\x80\x22\x80';
const PIXELS = '\x40';

// Data sheet §10: off, clock, 64 lines, no offset, start line 0, charge pump, horizontal addressing, segments and
// rows as the common modules are wired, precharge, deselect level, show memory, not inverted. As text, because a
// table of numbers is three times as long in the image and occupies memory.
const INIT = '\xae\xd5\x80\xa8\x3f\xd3\0\x40\x8d\x14\x20\0\xa1\xc8\xda\x12\xd9\xf1\xdb\x40\xa4\xa6';

/**
 * The SSD1306 module, 128 × 64. A page of 8 rows is sent only if it has changed, because the bus is slow, and with its
 * place in the same transfer, because a part of it may arrive before it is sent again.
 */
export class Ssd1306 implements Display {
  readonly width: number;
  readonly height: number;
  private readonly graphics: DeviceGraphics;
  private readonly font: string;
  private readonly part: I2cPart;
  private sent: Int32Array;
  /** Undefined after a failure. */
  private on: boolean | undefined;
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

  show(): boolean {
    const pixels = new Uint8Array(this.graphics.buffer);
    for (let page = 0; page < this.sent.length; page++) {
      const row = pixels.subarray(page * DISPLAY_WIDTH, (page + 1) * DISPLAY_WIDTH);
      const crc = E.CRC32(row) | 0;
      if (crc === this.sent[page]) continue;
      if (!this.part.send([ROW, page, ONE, page, PIXELS, row])) {
        // Perhaps it has lost its supply, so it is set up again.
        this.on = undefined;
        return false;
      }
      this.sent[page] = crc;
    }
    return true;
  }

  ink(): void {}

  light(level: number): void {
    this.contrast = level * 120 + 8;
    if (this.on) this.part.send([COMMANDS, '\x81', this.contrast]);
  }

  /** Sets the part up each time it is switched on, because it may have lost its supply. */
  power(on: boolean): void {
    if (on === this.on) return;
    if (on) this.sent = new Int32Array(DISPLAY_HEIGHT >> 3);
    const isDone = this.part.send(on ? [COMMANDS, INIT, '\x81', this.contrast, '\xaf'] : [COMMANDS, '\xae']);
    this.on = isDone ? on : undefined;
  }
}
