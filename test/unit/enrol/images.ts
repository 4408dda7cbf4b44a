import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { crc32, deflateSync } from 'node:zlib';
import { prepareZXingModule, writeBarcode } from 'zxing-wasm/writer';

/** A grey image, one byte a pixel, 255 white. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

const wasm = readFileSync(createRequire(import.meta.url).resolve('zxing-wasm/writer/zxing_writer.wasm'));
prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(wasm).buffer } });

/** Modules of white around a code (ISO/IEC 18004 §6.3.8); `symbol` comes without it. */
const QUIET = 4;

/** Draws a QR code with its quiet zone, `scale` pixels a module. */
export async function qrPicture(text: string, scale = 3): Promise<Picture> {
  const { symbol, error } = await writeBarcode(text, { format: 'QRCode', scale: 1, addQuietZones: false });
  if (error !== '') throw new Error(`no QR code: ${error}`);
  const code = { width: symbol.width, height: symbol.height, pixels: new Uint8Array(symbol.data) };
  return mapped(code, (code.width + 2 * QUIET) * scale, (code.height + 2 * QUIET) * scale, (x, y) => [
    x / scale - QUIET,
    y / scale - QUIET,
  ]);
}

/** Puts pictures next to each other on white. */
export function sideBySide(...pictures: readonly Picture[]): Picture {
  const width = pictures.reduce((sum, picture) => sum + picture.width, 0);
  const height = Math.max(...pictures.map(picture => picture.height));
  const pixels = new Uint8Array(width * height).fill(255);
  let left = 0;
  for (const picture of pictures) {
    for (let y = 0; y < picture.height; y++) {
      pixels.set(picture.pixels.subarray(y * picture.width, (y + 1) * picture.width), y * width + left);
    }
    left += picture.width;
  }
  return { width, height, pixels };
}

/** Returns a picture whose pixel at (x, y) is the pixel of `from` at `source(x, y)`. */
export function mapped(
  from: Picture,
  width: number,
  height: number,
  source: (x: number, y: number) => [x: number, y: number],
): Picture {
  const pixels = new Uint8Array(width * height);
  for (let at = 0; at < pixels.length; at++) {
    const [x, y] = source(at % width, Math.floor(at / width)).map(Math.floor) as [number, number];
    const inside = x >= 0 && y >= 0 && x < from.width && y < from.height;
    pixels[at] = inside ? (from.pixels[y * from.width + x] ?? 255) : 255;
  }
  return { width, height, pixels };
}

function chunk(name: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(name), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

/** Returns the PNG file of a picture (W3C PNG): 8 bits of grey, no filters. */
export function png({ width, height, pixels }: Picture): Uint8Array {
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  return pngOf({ width, height }, deflateSync(rows));
}

/** The header of a PNG. */
interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly depth?: number;
  readonly colourType?: number;
  readonly isInterlaced?: boolean;
}

/** Returns a PNG with these packed rows, which need not fit. @param before a chunk in front of the header */
export function pngOf(
  { width, height, depth = 8, colourType = 0, isInterlaced = false }: PngHeader,
  packed: Uint8Array,
  before?: readonly [name: string, data: Uint8Array],
): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colourType, 0, 0, isInterlaced ? 1 : 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const first = before === undefined ? [] : [chunk(...before)];
  const chunks = [...first, chunk('IHDR', header), chunk('IDAT', packed), chunk('IEND', new Uint8Array(0))];
  return new Uint8Array(Buffer.concat([signature, ...chunks]));
}

const FINDER_MODULES = 7;

/**
 * Draws nothing but the corners of QR codes, one pixel a module and one pixel apart. The decoder tries them in threes:
 * 16 seconds for a side of 2,000 pixels, minutes for 3,500.
 */
export function finders(side: number): Picture {
  const pixels = new Uint8Array(side * side).fill(255);
  for (let at = 0; at < pixels.length; at++) {
    const [x, y] = [(at % side) % (FINDER_MODULES + 1), Math.floor(at / side) % (FINDER_MODULES + 1)];
    if (x >= FINDER_MODULES || y >= FINDER_MODULES) continue;
    const ring = Math.max(Math.abs(x - 3), Math.abs(y - 3));
    if (ring !== 2) pixels[at] = 0;
  }
  return { width: side, height: side, pixels };
}

const SCAN_MARKER = Buffer.from([0xff, 0xda]);

/** Returns a progressive JPEG of a megapixel with so many empty scans: ten bytes each. @param from one with a scan */
export function manyScans(from: Uint8Array, count: number): Uint8Array {
  const start = Buffer.from(from.subarray(0, Buffer.from(from).indexOf(SCAN_MARKER)));
  const frame = start.indexOf(Buffer.from([0xff, 0xc2]));
  start.writeUInt16BE(1_000, frame + 5);
  start.writeUInt16BE(1_000, frame + 7);
  const component = start[frame + 10] ?? 0;
  const scan = Buffer.from([...SCAN_MARKER, 0, 8, 1, component, 0, 0, 0, 0x10]);
  const end = Buffer.from([0xff, 0xd9]);
  return new Uint8Array(Buffer.concat([start, ...Array<Buffer>(count).fill(scan), end]));
}
