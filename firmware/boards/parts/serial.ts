import { SERIAL_BYTES } from '@passfob/protocol/limits';
import { type Primitives, SHA256 } from '@passfob/protocol/primitives';

/** Returns five bytes of the hash of the microcontroller's own number. The number itself is never sent. */
export function serialOf(primitives: Primitives): Uint8Array {
  return new Uint8Array(primitives.hash(SHA256, [E.toUint8Array(getSerial())]).subarray(0, SERIAL_BYTES));
}
