import { BLOCK_FRAME_BYTES } from './limits.ts';

/**
 * Blocks of pcapng (draft-ietf-opsawg-pcapng §3), the format of Wireshark. Every block is its type, its total length,
 * its body padded to four bytes, and the total length again.
 */

/** Reads the same in both byte orders, so that it names the block before the order is known. */
export const SECTION_HEADER = 0x0a0d0d0a;
export const INTERFACE_DESCRIPTION = 1;
export const ENHANCED_PACKET = 6;

export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** `LINKTYPE_USER0`: the first of sixteen that the registry of link types leaves to everybody. */
export const LINK_TYPE = 147;

/** Options of blocks (§3.5, §4.1, §4.2, §4.3). */
const OPTION_END = 0;
export const OPTION_COMMENT = 1;
export const OPTION_PROGRAM = 4;
export const OPTION_INTERFACE_NAME = 2;
export const OPTION_INTERFACE_DESCRIPTION = 3;
export const OPTION_RESOLUTION = 9;
export const OPTION_PACKET_FLAGS = 2;

/** Stands in the description of each interface of a trace of ours, before the name of the board. */
export const DESCRIPTION = 'passfob trace';

export interface Option {
  readonly code: number;
  readonly value: Uint8Array;
}

/** Returns a length with its padding to a multiple of four bytes. */
export function padded(length: number): number {
  return (length + 3) & ~3;
}

/** Returns the bytes of all parts, one after the other. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function optionsLength(options: readonly Option[]): number {
  if (options.length === 0) return 0;
  return options.reduce((sum, { value }) => sum + 4 + padded(value.length), 4);
}

/** Returns a block in little-endian order; `fixed` is a multiple of four bytes long. */
export function block(type: number, fixed: Uint8Array, options: readonly Option[] = []): Uint8Array {
  const length = BLOCK_FRAME_BYTES + fixed.length + optionsLength(options);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, length, true);
  view.setUint32(length - 4, length, true);
  bytes.set(fixed, 8);
  let at = 8 + fixed.length;
  for (const { code, value } of options) {
    view.setUint16(at, code, true);
    view.setUint16(at + 2, value.length, true);
    bytes.set(value, at + 4);
    at += 4 + padded(value.length);
  }
  return bytes;
}

/** Returns the options in the bytes, as far as they are whole; the order of the bytes is the section's. */
export function optionsIn(bytes: Uint8Array, isLittle: boolean): Option[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const options: Option[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const code = view.getUint16(at, isLittle);
    const length = view.getUint16(at + 2, isLittle);
    if (code === OPTION_END || at + 4 + length > bytes.length) break;
    options.push({ code, value: bytes.subarray(at + 4, at + 4 + length) });
    at += 4 + padded(length);
  }
  return options;
}
