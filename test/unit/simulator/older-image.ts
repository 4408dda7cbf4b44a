import { crc32 } from 'node:zlib';
import { builtImage } from '@passfob/simulator/fob/built-image';

const HEAD_CHARS = 15;

/** Returns the image of the pico as if version 0.1.0 had been built of it. */
export function olderImage(): Record<string, Uint8Array> {
  const image = builtImage('pico');
  const app = Buffer.from(image.app ?? '').toString('latin1');
  const code = app.slice(HEAD_CHARS).replace(/"\d+\.\d+\.\d+ "(?=\+process\.env\.VERSION)/, '"0.1.0 "');
  const sum = crc32(Buffer.from(code, 'latin1')).toString(16).padStart(8, '0');
  return { ...image, app: Buffer.from(`//PF1 ${sum}\n${code}`, 'latin1') };
}
