import { encode } from 'fast-png';

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [number, number, number];

/** A rectangle in units of the picture, which may be fractions. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const CHANNELS = 3;
/** Sample points per direction, which measure how much of a pixel a shape covers. */
const POINTS = 4;

/** A picture that simple shapes are painted on, with anti-aliased edges. */
export class Raster {
  readonly width: number;
  readonly height: number;
  readonly #data: Uint8Array;

  constructor(width: number, height: number, ground: Colour) {
    this.width = width;
    this.height = height;
    this.#data = new Uint8Array(width * height * CHANNELS);
    for (let at = 0; at < this.#data.length; at++) this.#data[at] = ground[at % CHANNELS] ?? 0;
  }

  /** Paints a rectangle with round corners; a circle if the radius is half of both sides. */
  rounded({ x, y, width, height }: Box, radius: number, colour: Colour): void {
    const isInside = (px: number, py: number) => {
      const dx = Math.max(x + radius - px, px - (x + width - radius), 0);
      const dy = Math.max(y + radius - py, py - (y + height - radius), 0);
      const isIn = px >= x && px <= x + width && py >= y && py <= y + height;
      return isIn && dx * dx + dy * dy <= radius * radius;
    };
    this.#paint({ x, y, width, height }, isInside, colour);
  }

  circle(x: number, y: number, radius: number, colour: Colour): void {
    this.rounded({ x: x - radius, y: y - radius, width: radius * 2, height: radius * 2 }, radius, colour);
  }

  /** Paints rows of pixels, each as a square of `scale` units. */
  pixels(
    rows: readonly (readonly boolean[])[],
    { x, y }: Pick<Box, 'x' | 'y'>,
    scale: number,
    colour: Colour,
  ) {
    for (const [row, points] of rows.entries())
      for (const [column, isLit] of points.entries())
        if (isLit)
          this.rounded({ x: x + column * scale, y: y + row * scale, width: scale, height: scale }, 0, colour);
  }

  /** Returns the picture as a PNG file. */
  png(): Uint8Array {
    const { width, height } = this;
    return encode({ width, height, data: this.#data, channels: CHANNELS, depth: 8 });
  }

  #paint(box: Box, isInside: (x: number, y: number) => boolean, colour: Colour): void {
    const right = Math.min(this.width, Math.ceil(box.x + box.width));
    const bottom = Math.min(this.height, Math.ceil(box.y + box.height));
    for (let y = Math.max(0, Math.floor(box.y)); y < bottom; y++)
      for (let x = Math.max(0, Math.floor(box.x)); x < right; x++) {
        let covered = 0;
        for (let point = 0; point < POINTS * POINTS; point++) {
          const px = x + ((point % POINTS) + 0.5) / POINTS;
          const py = y + (Math.floor(point / POINTS) + 0.5) / POINTS;
          if (isInside(px, py)) covered += 1;
        }
        if (covered > 0) this.#blend(x, y, covered / (POINTS * POINTS), colour);
      }
  }

  #blend(x: number, y: number, part: number, colour: Colour): void {
    const at = (y * this.width + x) * CHANNELS;
    for (const [channel, value] of colour.entries()) {
      const before = this.#data[at + channel] ?? 0;
      this.#data[at + channel] = Math.round(before + (value - before) * part);
    }
  }
}
