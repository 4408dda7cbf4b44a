import { Reader, Writer } from '@passfob/protocol/bytes';

export { bytesOf } from '@passfob/protocol/bytes';

/** Returns the record id for the four bytes of an account id, as the signed integer of the tables. */
export function idOf(bytes: Uint8Array): number {
  return new Reader(bytes, 0).number(4) | 0;
}

export function idBytes(id: number): Uint8Array {
  return new Writer(4).number(id, 4).done();
}
