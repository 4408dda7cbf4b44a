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
  readonly colourMask: number;
  /** Whether a byte is a column with the lowest bit uppermost, so that `stamp` works. */
  readonly hasColumns: boolean;
  foreground: number;
  background = 0;
  #modified: { x1: number; y1: number; x2: number; y2: number } | undefined;

  /** Draws into `bytes`, which is the buffer that the image sees. */
  constructor(layout: CanvasLayout, bytes: Uint8Array) {
    this.layout = layout;
    this.bytes = bytes;
    this.colourMask = 2 ** layout.bitsPerPixel - 1;
    this.foreground = this.colourMask;
    this.hasColumns = layout.verticalByte && !layout.msb;
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

  #modify(x1: number, y1: number, x2: number, y2: number): void {
    const modified = this.#modified;
    if (modified === undefined) {
      this.#modified = { x1, y1, x2, y2 };
      return;
    }
    if (x1 < modified.x1) modified.x1 = x1;
    if (y1 < modified.y1) modified.y1 = y1;
    if (x2 > modified.x2) modified.x2 = x2;
    if (y2 > modified.y2) modified.y2 = y2;
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
    this.#modify(x, y, x, y);
    this.#put(x, y, colour);
  }

  /** Corners in any order, both included. */
  fillRect(area: Area, colour: number): void {
    this.fill(area.x1, area.y1, area.x2, area.y2, colour);
  }

  /** The same, for text, which is many rectangles. */
  fill(fromX: number, fromY: number, toX: number, toY: number, colour: number): void {
    const { width, height } = this.layout;
    const x1 = Math.max(0, Math.min(fromX, toX));
    const y1 = Math.max(0, Math.min(fromY, toY));
    const x2 = Math.min(width - 1, Math.max(fromX, toX));
    const y2 = Math.min(height - 1, Math.max(fromY, toY));
    if (x2 >= x1 && y2 >= y1) this.fillInside(x1, y1, x2, y2, colour);
  }

  /** The same for corners inside the canvas, the smaller ones first. */
  fillInside(x1: number, y1: number, x2: number, y2: number, colour: number): void {
    const { bitsPerPixel } = this.layout;
    this.#modify(x1, y1, x2, y2);
    if (this.hasColumns) this.#fillColumns(x1, y1, x2, y2, colour);
    else if (bitsPerPixel === 16) this.#fillRows(x1, y1, x2, y2, colour);
    else for (let y = y1; y <= y2; y++) for (let x = x1; x <= x2; x++) this.#put(x, y, colour);
  }

  /** Up to eight pixels at a time, on displays whose bytes are columns with the lowest bit uppermost. */
  #fillColumns(x1: number, y1: number, x2: number, y2: number, colour: number): void {
    const { bytes } = this;
    const { width } = this.layout;
    for (let page = y1 >> 3; page <= y2 >> 3; page++) {
      const from = Math.max(y1 - page * 8, 0);
      const to = Math.min(y2 - page * 8, 7);
      const mask = ((2 << to) - 1) & ~((1 << from) - 1);
      const start = page * width + x1;
      const end = page * width + x2;
      const lit = colour & 1 ? mask : 0;
      if (mask === 0xff) bytes.fill(lit, start, end + 1);
      else for (let at = start; at <= end; at++) bytes[at] = ((bytes[at] ?? 0) & ~mask) | lit;
    }
  }

  /**
   * Colours pixels of a column inside the canvas: for each bit of `bits`, of which there are at most `STAMP_ROWS_MAX`, from
   * the lowest at `y` downwards.
   */
  stamp(x: number, y: number, bits: number, colour: number): void {
    const { bytes } = this;
    const { width } = this.layout;
    this.#modify(x, y + 31 - Math.clz32(bits & -bits), x, y + 31 - Math.clz32(bits));
    let at = (y >> 3) * width + x;
    for (let left = bits << (y & 7); left !== 0; left >>>= 8) {
      bytes[at] = colour & 1 ? (bytes[at] ?? 0) | left : (bytes[at] ?? 0) & ~left;
      at += width;
    }
  }

  /** Row by row, where a pixel has two bytes. */
  #fillRows(x1: number, y1: number, x2: number, y2: number, colour: number): void {
    const { bytes } = this;
    const { width } = this.layout;
    const [high, low] = [(colour >> 8) & 255, colour & 255];
    for (let y = y1; y <= y2; y++) {
      const start = (y * width + x1) * 2;
      const end = (y * width + x2 + 1) * 2;
      if (high === low) bytes.fill(low, start, end);
      else
        for (let at = start; at < end; at += 2) {
          bytes[at] = high;
          bytes[at + 1] = low;
        }
    }
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
