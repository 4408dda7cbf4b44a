import type { Writer } from './bytes.ts';
import { BASE64_CHARS_MIN, CRC_BYTES, FRAME_CHARS_MAX } from './limits.ts';
import type { Primitives } from './primitives.ts';

/** First byte of a payload: its type. */
export const FRAME_REQUEST = 1;
export const FRAME_RESPONSE = 2;
export const FRAME_SEALED_REQUEST = 3;
export const FRAME_SEALED_RESPONSE = 4;

/** Not in the base64 alphabet, not a control character of any port, and never printed by the console on its own. */
const MARK = '~';

/** Returns the frame of a payload that protects itself: a sealed record. */
export function encodeFrame(primitives: Primitives, payload: Uint8Array): string {
  return `${MARK}${primitives.encode64(payload)}\n`;
}

/** Returns the frame of a clear payload. Appends a CRC-32 over all of it to `payload`. */
export function encodeClear(primitives: Primitives, payload: Writer): string {
  payload.number(primitives.crc32(payload.done()), CRC_BYTES);
  return encodeFrame(primitives, payload.done());
}

/**
 * Returns the payload of the text between a mark and its newline, or undefined unless the text is exactly one frame.
 * Clear payloads come back without their CRC. `decode64` gets only text of bounded length, a multiple of 4, that
 * starts with a letter and has its first `=` among the last two characters. The text must equal its payload encoded
 * again, so that only the canonical form is accepted.
 */
export function decodeFrame(
  primitives: Pick<Primitives, 'crc32' | 'encode64' | 'decode64'>,
  text: string,
): Uint8Array | undefined {
  const length = text.length;
  if (length < BASE64_CHARS_MIN || length > FRAME_CHARS_MAX - 2 || (length & 3) !== 0) return undefined;
  // The first six bits of types 1 to 4. They are checked before decoding, because Espruino's `atob` skips white space
  // and reads foreign memory if only padding is left.
  const first = text[0];
  if (first !== 'A' && first !== 'B') return undefined;
  const padding = text.indexOf('=');
  if (padding >= 0 && padding < length - 2) return undefined;
  const bytes = primitives.decode64(text);
  const expected = (length >> 2) * 3 - (padding < 0 ? 0 : length - padding);
  if (bytes.length !== expected || primitives.encode64(bytes) !== text) return undefined;
  const type = bytes[0] as number;
  if (type === FRAME_SEALED_REQUEST || type === FRAME_SEALED_RESPONSE) return bytes;
  if (type !== FRAME_REQUEST && type !== FRAME_RESPONSE) return undefined;
  const end = expected - CRC_BYTES;
  let crc = primitives.crc32(bytes.subarray(0, end));
  for (let i = expected - 1; i >= end; i--) {
    if (bytes[i] !== (crc & 255)) return undefined;
    crc = Math.floor(crc / 256);
  }
  return bytes.subarray(0, end);
}

/**
 * Finds frames in a stream of text chunks of any size and skips all other text. Holds at most one frame and one
 * chunk. After damage it resynchronises at the next mark.
 */
export class Deframer {
  private held: string;

  constructor() {
    this.held = '';
  }

  /** Calls `onText` with the text between each mark and its newline. */
  receive(chunk: string, onText: (text: string) => void): void {
    let from = 0;
    let end = chunk.indexOf('\n');
    while (end >= 0) {
      const line = this.held + chunk.slice(from, end);
      this.held = '';
      const mark = lastMark(line);
      if (mark >= 0) onText(line.slice(mark + 1));
      from = end + 1;
      end = chunk.indexOf('\n', from);
    }
    this.held += chunk.slice(from);
    if (this.held.length > FRAME_CHARS_MAX) {
      const mark = lastMark(this.held);
      this.held = mark >= 0 && this.held.length - mark <= FRAME_CHARS_MAX ? this.held.slice(mark) : '';
    }
  }
}

/** Uses `indexOf`, which is native and fast on the device; `lastIndexOf` is not. */
function lastMark(text: string): number {
  let mark = text.indexOf(MARK);
  let next = mark;
  while (next >= 0) {
    mark = next;
    next = text.indexOf(MARK, mark + 1);
  }
  return mark;
}
