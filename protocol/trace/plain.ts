import type { Primitives } from '../primitives.ts';

/** Frames without a library: base64 and CRC-32 in plain JavaScript, the same in Node, in a page and in a worker. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** Returns the CRC-32 of IEEE 802.3: 0 to 2^32 - 1. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 255] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}

function encode64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3);
    const bits = (first << 16) | (second << 8) | third;
    const chars = [18, 12, 6, 0].map(shift => ALPHABET[(bits >> shift) & 63]).join('');
    const left = bytes.length - at;
    text += left >= 3 ? chars : `${chars.slice(0, left + 1)}${'='.repeat(3 - left)}`;
  }
  return text;
}

/** Returns no bytes for text with other characters. */
function decode64(text: string): Uint8Array {
  const chars = text.replace(/={1,2}$/, '');
  const bytes = new Uint8Array(Math.floor((chars.length * 3) / 4));
  let held = 0;
  let bits = 0;
  let at = 0;
  for (const char of chars) {
    const value = ALPHABET.indexOf(char);
    if (value < 0) return new Uint8Array(0);
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = held >> bits;
  }
  return bytes;
}

/** The primitives that frames need. */
export type FramePrimitives = Pick<Primitives, 'crc32' | 'encode64' | 'decode64'>;

export const plainFrames: FramePrimitives = { crc32, encode64, decode64 };
