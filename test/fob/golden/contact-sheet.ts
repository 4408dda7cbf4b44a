import { crc32, deflateSync } from 'node:zlib';
import type { Bitmap } from '@passfob/simulator';

const COLUMNS = 8;
/** Pixels of the sheet for one of the display, and between two displays. */
const SCALE = 2;
const GAP = 12;

/** Grey between displays. */
const BETWEEN = 0x60;
/** Red, green and blue of a dark, plain, accent and warning pixel. */
const TONES = [
  [0x00, 0x00, 0x00],
  [0xff, 0xff, 0xff],
  [0x60, 0xe0, 0xff],
  [0xff, 0x90, 0x30],
] as const;

/** A chunk of a PNG file (ISO/IEC 15948 §5.3): length, type, data, CRC of the last two. */
function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/** A PNG of 8-bit red, green and blue, row by row. */
function png(width: number, height: number, colours: Uint8Array): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits a colour, true colour; the values 0 mean deflate, only the standard's five filters and no interlacing.
  header[8] = 8;
  header[9] = 2;
  const row = width * 3;
  const lines = Buffer.alloc((row + 1) * height);
  for (let y = 0; y < height; y++) lines.set(colours.subarray(y * row, (y + 1) * row), y * (row + 1) + 1);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

/** Draws all displays on one PNG, large enough to judge them by eye; displays of one size get rows of their own. */
export function contactSheet(bitmaps: readonly Bitmap[]): Buffer {
  const places: { bitmap: Bitmap; left: number; top: number }[] = [];
  let left = GAP;
  let top = GAP;
  let last: Bitmap | undefined;
  for (const bitmap of bitmaps) {
    if (last && (last.width !== bitmap.width || left >= COLUMNS * (bitmap.width * SCALE + GAP))) {
      left = GAP;
      top += last.height * SCALE + GAP;
    }
    places.push({ bitmap, left, top });
    left += bitmap.width * SCALE + GAP;
    last = bitmap;
  }
  const width = Math.max(...places.map(place => place.left + place.bitmap.width * SCALE)) + GAP;
  const height = Math.max(...places.map(place => place.top + place.bitmap.height * SCALE)) + GAP;
  const colours = new Uint8Array(width * height * 3).fill(BETWEEN);
  for (const { bitmap, left: x0, top: y0 } of places) {
    for (let y = 0; y < bitmap.height * SCALE; y++) {
      for (let x = 0; x < bitmap.width * SCALE; x++) {
        const pixel = bitmap.pixels[Math.floor(y / SCALE) * bitmap.width + Math.floor(x / SCALE)] ?? 0;
        colours.set(TONES[pixel] ?? TONES[0], ((y0 + y) * width + x0 + x) * 3);
      }
    }
  }
  return png(width, height, colours);
}
