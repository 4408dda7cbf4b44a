import { crc32, deflateSync } from 'node:zlib';
import type { Bitmap } from '../../simulator/index.ts';

const COLUMNS = 4;
/** Pixels of the sheet for one of the display, and between two displays. */
const SCALE = 3;
const GAP = 12;

const GREY = { between: 0x60, dark: 0x00, lit: 0xff } as const;

/** A chunk of a PNG file (ISO/IEC 15948 §5.3): length, type, data, CRC of the last two. */
function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/** A PNG of 8-bit greys, row by row. */
function png(width: number, height: number, greys: Uint8Array): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits a pixel; greyscale, deflate, no filters beyond the standard's five and no interlacing are all 0.
  header[8] = 8;
  const lines = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) lines.set(greys.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

/** All displays on one PNG, in rows of four, large enough to judge them by eye. */
export function contactSheet(bitmaps: readonly Bitmap[]): Buffer {
  const wide = Math.max(...bitmaps.map(bitmap => bitmap.width)) * SCALE + GAP;
  const high = Math.max(...bitmaps.map(bitmap => bitmap.height)) * SCALE + GAP;
  const width = COLUMNS * wide + GAP;
  const height = Math.ceil(bitmaps.length / COLUMNS) * high + GAP;
  const greys = new Uint8Array(width * height).fill(GREY.between);
  for (const [index, bitmap] of bitmaps.entries()) {
    const left = GAP + (index % COLUMNS) * wide;
    const top = GAP + Math.floor(index / COLUMNS) * high;
    for (let y = 0; y < bitmap.height * SCALE; y++) {
      for (let x = 0; x < bitmap.width * SCALE; x++) {
        const lit = bitmap.pixels[Math.floor(y / SCALE) * bitmap.width + Math.floor(x / SCALE)];
        greys[(top + y) * width + left + x] = lit ? GREY.lit : GREY.dark;
      }
    }
  }
  return png(width, height, greys);
}
