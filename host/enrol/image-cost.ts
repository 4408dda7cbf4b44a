import { Readable } from 'node:stream';
import { createInflate } from 'node:zlib';
import type { ImageSize } from './image-size.ts';
import {
  IMAGE_PARTS_MAX,
  IMAGE_SCANS_MAX,
  INFLATE_STEP_BYTES,
  PNG_CHUNK_BYTES,
  PNG_SIGNATURE_BYTES,
} from './limits.ts';

/** Why an image is not decoded: its parts contradict its size, or it is made to be slow. */
export type ImageFault = 'damaged' | 'costly';

/**
 * Checks that decoding an image costs no more than its size says, which the decoder itself does not check: pixels of a
 * PNG may inflate to a thousand times what the picture needs, and each scan of a JPEG goes through the whole picture.
 * @returns undefined if it may be decoded
 */
export async function imageFault(bytes: Uint8Array, size: ImageSize): Promise<ImageFault | undefined> {
  return size.format === 'PNG' ? pngFault(bytes, size) : jpegFault(bytes);
}

async function pngFault(bytes: Uint8Array, size: ImageSize): Promise<ImageFault | undefined> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const packed: Uint8Array[] = [];
  let at = PNG_SIGNATURE_BYTES;
  for (let parts = 0; at + PNG_CHUNK_BYTES <= bytes.length; parts++) {
    if (parts >= IMAGE_PARTS_MAX) return 'costly';
    const length = view.getUint32(at);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (name === 'IDAT') packed.push(bytes.subarray(at + 8, at + 8 + length));
    if (name === 'IEND') break;
    at += PNG_CHUNK_BYTES + length;
  }
  return inflatesWithin(packed, pngPixelBytes(bytes, size));
}

/** Samples of a pixel by colour type (W3C PNG §6.1). */
const PNG_SAMPLES: readonly (number | undefined)[] = [1, undefined, 3, 1, 2, undefined, 4];
/** First column and row of each pass of an interlaced image, and the steps to the next (W3C PNG §8.2). */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Returns the bytes of all rows of a PNG, each with its filter type; 0 for an unknown colour type. */
function pngPixelBytes(bytes: Uint8Array, { width, height }: ImageSize): number {
  const bits = (bytes[24] ?? 0) * (PNG_SAMPLES[bytes[25] ?? 0] ?? 0);
  const isInterlaced = bytes[28] !== 0;
  const passes = isInterlaced ? ADAM7 : ([[0, 0, 1, 1]] as const);
  let sum = 0;
  for (const [left, top, right, down] of passes) {
    const columns = Math.ceil((width - left) / right);
    const rows = Math.ceil((height - top) / down);
    if (columns > 0 && rows > 0 && bits > 0) sum += rows * (1 + Math.ceil((columns * bits) / 8));
  }
  return sum;
}

/** Inflates step by step and keeps nothing. */
async function inflatesWithin(packed: readonly Uint8Array[], most: number): Promise<ImageFault | undefined> {
  const inflated = Readable.from(packed).pipe(createInflate({ chunkSize: INFLATE_STEP_BYTES }));
  let length = 0;
  try {
    for await (const step of inflated as AsyncIterable<Uint8Array>) {
      length += step.length;
      if (length > most) return 'damaged';
    }
    return undefined;
  } catch {
    return 'damaged';
  } finally {
    inflated.destroy();
  }
}

const JPEG_SCAN = 0xda;
const JPEG_END = 0xd9;

/** Counts segments and scans as the decoder goes through them (ITU-T T.81 §B.1). */
function jpegFault(bytes: Uint8Array): ImageFault | undefined {
  let at = 2;
  let scans = 0;
  for (let parts = 0; ; parts++) {
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++;
    const marker = bytes[at + 1];
    if (bytes[at] !== 0xff || marker === undefined || marker === JPEG_END) return undefined;
    if (marker === JPEG_SCAN) scans++;
    if (parts >= IMAGE_PARTS_MAX || scans > IMAGE_SCANS_MAX) return 'costly';
    const isBare = marker >= 0xd0 && marker <= 0xd7;
    at += isBare ? 2 : 2 + (((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
    if (marker === JPEG_SCAN || isBare) at = afterScan(bytes, at);
  }
}

/** Returns the place of the first marker behind coded pixels: bytes of 0xFF in them have a zero behind, or restart. */
function afterScan(bytes: Uint8Array, from: number): number {
  let at = bytes.indexOf(0xff, from);
  while (at >= 0 && isWithinScan(bytes[at + 1] ?? 0)) at = bytes.indexOf(0xff, at + 1);
  return at < 0 ? bytes.length : at;
}

function isWithinScan(next: number): boolean {
  return next === 0 || next === 0xff || (next >= 0xd0 && next <= 0xd7);
}
