import type { Bitmap } from '../../base/fob.ts';

/** Returns the bitmap as one string per row: `#` lit, `.` dark. */
export function bitmapRows({ width, height, pixels }: Bitmap): string[] {
  const rows: string[] = [];
  for (let y = 0; y < height; y++) {
    rows.push(Array.from(pixels.subarray(y * width, (y + 1) * width), lit => (lit ? '#' : '.')).join(''));
  }
  return rows;
}

/** Returns the bitmap as bits: rows padded to whole bytes, the leftmost pixel in the highest bit, 1 = lit. */
export function packedBits({ width, height, pixels }: Bitmap): Uint8Array {
  const rowBytes = Math.ceil(width / 8);
  const bits = new Uint8Array(rowBytes * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const index = y * rowBytes + (x >> 3);
      if (pixels[y * width + x]) bits[index] = (bits[index] ?? 0) | (0x80 >> (x & 7));
    }
  }
  return bits;
}

/** Returns a file in the format "raw PBM" (netpbm, pbm(5)): `P4`, the size, the packed bits. 1 is black ink. */
export function pbm(bitmap: Bitmap): Uint8Array {
  const head = new TextEncoder().encode(`P4\n${bitmap.width} ${bitmap.height}\n`);
  return Uint8Array.of(...head, ...packedBits(bitmap));
}
