import { Reader, Writer } from '../../protocol/bytes.ts';

/** ASCII text as bytes. */
export function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Record id of the four bytes of an account id, as the signed integer that the tables hold. */
export function idOf(bytes: Uint8Array): number {
  return new Reader(bytes, 0).number(4) | 0;
}

export function idBytes(id: number): Uint8Array {
  return new Writer(4).number(id, 4).done();
}
