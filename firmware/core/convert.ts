import { Reader, Writer } from '@passfob/protocol/bytes';

export { bytesOf } from '@passfob/protocol/bytes';

/** Record id of the four bytes of an account id, as the signed integer that the tables hold. */
export function idOf(bytes: Uint8Array): number {
  return new Reader(bytes, 0).number(4) | 0;
}

export function idBytes(id: number): Uint8Array {
  return new Writer(4).number(id, 4).done();
}
