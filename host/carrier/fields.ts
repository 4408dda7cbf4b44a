import { base64urlnopad } from '@scure/base';
import { WIRE_PIECE_CHARS } from './limits.ts';

/** Decodes a field of bytes: base64url without padding, canonical; undefined for anything else. */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'string') return undefined;
  try {
    return base64urlnopad.decode(value);
  } catch {
    return undefined;
  }
}

/** Encodes bytes for a field. */
export function fieldOf(bytes: Uint8Array): string {
  return base64urlnopad.encode(bytes);
}

/** Splits wire text into pieces that fit into a message. */
export function piecesOf(carried: string): string[] {
  const count = Math.ceil(carried.length / WIRE_PIECE_CHARS);
  return Array.from({ length: count }, (_, at) =>
    carried.slice(at * WIRE_PIECE_CHARS, (at + 1) * WIRE_PIECE_CHARS),
  );
}
