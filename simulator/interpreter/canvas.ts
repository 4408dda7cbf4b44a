/** The pixels of a `Graphics.createArrayBuffer`, drawn as Espruino draws them (graphics.c, lcd_arraybuffer.c). */

export interface CanvasLayout {
  readonly width: number;
  readonly height: number;
  /** Bits per pixel: 1, 2, 4, 8 or 16. */
  readonly bitsPerPixel: number;
  /** Each byte is a column of 8 pixels, the lowest bit uppermost. */
  readonly verticalByte: boolean;
  /** In a byte of several pixels the first pixel is in the high bits. */
  readonly msb: boolean;
}

export interface Area {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

export function canvasBytes(layout: CanvasLayout): number {
  return Math.ceil((layout.width * layout.height * layout.bitsPerPixel) / 8);
}

export class Canvas {
  readonly layout: CanvasLayout;
  readonly bytes: Uint8Array;
  foreground: number;
  background = 0;
  #modified: Area | undefined;

  /** Draws into `bytes`, which is the buffer that the image sees. */
  constructor(layout: CanvasLayout, bytes: Uint8Array) {
    this.layout = layout;
    this.bytes = bytes;
    this.foreground = this.colourMask;
  }

  get colourMask(): number {
    return 2 ** this.layout.bitsPerPixel - 1;
  }

  resetColours(): void {
    this.foreground = this.colourMask;
    this.background = 0;
  }

  get modified(): Area | undefined {
    return this.#modified;
  }

  resetModified(): void {
    this.#modified = undefined;
  }

  #modify(area: Area): void {
    const old = this.#modified ?? area;
    this.#modified = {
      x1: Math.min(old.x1, area.x1),
      y1: Math.min(old.y1, area.y1),
      x2: Math.max(old.x2, area.x2),
      y2: Math.max(old.y2, area.y2),
    };
  }

  #contains(x: number, y: number): boolean {
    return x >= 0 && y >= 0 && x < this.layout.width && y < this.layout.height;
  }

  /** Returns the byte of a pixel and the shift within it. */
  #place(x: number, y: number): { at: number; shift: number } {
    const { width, bitsPerPixel, verticalByte, msb } = this.layout;
    const bit = verticalByte ? (x + (y >> 3) * width) * 8 + (y & 7) : (x + y * width) * bitsPerPixel;
    const within = bit & 7;
    return { at: bit >> 3, shift: msb && bitsPerPixel < 8 ? 8 - within - bitsPerPixel : within };
  }

  getPixel(x: number, y: number): number {
    if (!this.#contains(x, y)) return 0;
    const { at, shift } = this.#place(x, y);
    if (this.layout.bitsPerPixel === 16) return ((this.bytes[at] ?? 0) << 8) | (this.bytes[at + 1] ?? 0);
    return ((this.bytes[at] ?? 0) >> shift) & this.colourMask;
  }

  #put(x: number, y: number, colour: number): void {
    const { at, shift } = this.#place(x, y);
    if (this.layout.bitsPerPixel === 16) {
      this.bytes[at] = colour >> 8;
      this.bytes[at + 1] = colour;
      return;
    }
    const mask = this.colourMask << shift;
    this.bytes[at] = ((this.bytes[at] ?? 0) & ~mask) | ((colour << shift) & mask);
  }

  setPixel(x: number, y: number, colour: number): void {
    if (!this.#contains(x, y)) return;
    this.#modify({ x1: x, y1: y, x2: x, y2: y });
    this.#put(x, y, colour);
  }

  /** Corners in any order, both included. */
  fillRect(area: Area, colour: number): void {
    const x1 = Math.max(0, Math.min(area.x1, area.x2));
    const y1 = Math.max(0, Math.min(area.y1, area.y2));
    const x2 = Math.min(this.layout.width - 1, Math.max(area.x1, area.x2));
    const y2 = Math.min(this.layout.height - 1, Math.max(area.y1, area.y2));
    if (x2 < x1 || y2 < y1) return;
    this.#modify({ x1, y1, x2, y2 });
    for (let y = y1; y <= y2; y++) for (let x = x1; x <= x2; x++) this.#put(x, y, colour);
  }

  clear(): void {
    this.fillRect({ x1: 0, y1: 0, x2: this.layout.width - 1, y2: this.layout.height - 1 }, this.background);
  }

  drawRect({ x1, y1, x2, y2 }: Area): void {
    this.fillRect({ x1, y1, x2, y2: y1 }, this.foreground);
    this.fillRect({ x1: x2, y1, x2, y2 }, this.foreground);
    this.fillRect({ x1, y1: y2, x2, y2 }, this.foreground);
    this.fillRect({ x1, y1, x2: x1, y2 }, this.foreground);
  }

  /** Steps in 1/256 of a pixel along the longer side, from its smaller end. */
  drawLine({ x1, y1, x2, y2 }: Area): void {
    const wide = Math.abs(x2 - x1) > Math.abs(y2 - y1);
    const [fromLong, fromShort, toLong, toShort] = wide ? [x1, y1, x2, y2] : [y1, x1, y2, x2];
    const forward = fromLong <= toLong;
    const [start, end] = forward ? [fromLong, toLong] : [toLong, fromLong];
    const [startShort, endShort] = forward ? [fromShort, toShort] : [toShort, fromShort];
    const step = Math.trunc(((endShort - startShort) << 8) / Math.max(1, end - start));
    let position = (startShort << 8) + 128;
    for (let long = start; long <= end; long++) {
      const short = position >> 8;
      this.setPixel(wide ? long : short, wide ? short : long, this.foreground);
      position += step;
    }
  }
}
