import { decode, encode } from 'fast-png';

/** Channels of a pixel that matter here: red, green, blue. */
const CHANNELS = [0, 1, 2] as const;

/** A colour of a picture: red, green, blue, and how many pixels have it. */
interface Colour {
  readonly rgb: readonly [number, number, number];
  readonly count: number;
}

const keyOf = (red: number, green: number, blue: number) => (red << 16) | (green << 8) | blue;

function coloursOf(data: ArrayLike<number>, channels: number): Colour[] {
  const counts = new Map<number, number>();
  for (let at = 0; at < data.length; at += channels) {
    const key = keyOf(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].map(([key, count]) => ({ rgb: [key >> 16, (key >> 8) & 255, key & 255], count }));
}

/** The channel in which a box is widest, and by how much. */
function widest(box: readonly Colour[]): { channel: 0 | 1 | 2; width: number } {
  const widths = CHANNELS.map(channel => {
    let [low, high] = [255, 0];
    for (const { rgb } of box) {
      low = Math.min(low, rgb[channel]);
      high = Math.max(high, rgb[channel]);
    }
    return { channel, width: high - low };
  });
  return widths.reduce((best, each) => (each.width > best.width ? each : best));
}

/** Cuts a box in two of about as many pixels, at its widest channel. */
function cut(box: readonly Colour[]): [Colour[], Colour[]] {
  const { channel } = widest(box);
  const sorted = [...box].sort((one, other) => one.rgb[channel] - other.rgb[channel]);
  const half = sorted.reduce((sum, { count }) => sum + Math.sqrt(count), 0) / 2;
  let sum = 0;
  let at = 0;
  while (at < sorted.length - 1 && sum < half) sum += Math.sqrt(sorted[at++]?.count ?? 0);
  const place = Math.max(1, at);
  return [sorted.slice(0, place), sorted.slice(place)];
}

/** Returns the mean colour of the pixels of a box. */
function meanOf(box: readonly Colour[]): number[] {
  const pixels = box.reduce((sum, { count }) => sum + count, 0);
  return CHANNELS.map(channel =>
    Math.round(box.reduce((sum, { rgb, count }) => sum + rgb[channel] * count, 0) / pixels),
  );
}

/** A colour of more than one pixel in so many is that of an area: it stays as it is. */
const AREA_OF = 2_000;
const AREAS_MAX = 32;

/**
 * Groups colours: those of areas each by itself, the others by median cut (Heckbert 1982), the box with the widest
 * channel and most pixels first.
 */
function boxesOf(colours: readonly Colour[], boxesMax: number): Colour[][] {
  const pixels = colours.reduce((sum, { count }) => sum + count, 0);
  const sorted = [...colours].sort((one, other) => other.count - one.count);
  const areas = sorted.slice(0, AREAS_MAX).filter(({ count }) => count * AREA_OF > pixels);
  const others = sorted.slice(areas.length);
  const boxes = areas.map(colour => [colour]);
  return others.length === 0 ? boxes : [...boxes, ...cutUp(others, boxesMax - boxes.length)];
}

function cutUp(colours: readonly Colour[], boxesMax: number): Colour[][] {
  const boxes: Colour[][] = [[...colours]];
  const weight = (box: readonly Colour[]) =>
    box.length < 2
      ? 0
      : widest(box).width * Math.sqrt(box.reduce((sum, { count }) => sum + Math.sqrt(count), 0));
  const weights = [weight(boxes[0] ?? [])];
  while (boxes.length < boxesMax) {
    const heaviest = weights.indexOf(Math.max(...weights));
    if ((weights[heaviest] ?? 0) === 0) break;
    const [one, other] = cut(boxes[heaviest] ?? []);
    boxes.splice(heaviest, 1, one, other);
    weights.splice(heaviest, 1, weight(one), weight(other));
  }
  return boxes;
}

/** Returns a PNG with few colours, at most 256, in place of a PNG of true colour. Transparency is lost. */
export function withPalette(png: Uint8Array, colours: number): Uint8Array {
  const { width, height, data, channels } = decode(png);
  const boxes = boxesOf(coloursOf(data, channels), colours);
  const index = new Map(boxes.flatMap((box, at) => box.map(({ rgb }) => [keyOf(...rgb), at] as const)));
  const pixels = new Uint8Array(width * height);
  for (let at = 0; at < pixels.length; at++) {
    const from = at * channels;
    pixels[at] = index.get(keyOf(data[from] ?? 0, data[from + 1] ?? 0, data[from + 2] ?? 0)) ?? 0;
  }
  const palette = boxes.map(meanOf);
  return encode({ width, height, data: pixels, depth: 8, channels: 1, palette }, { zlib: { level: 9 } });
}
