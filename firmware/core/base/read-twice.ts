import type { Primitives } from '@passfob/protocol/primitives';
import { READS_MAX } from './limits.ts';
import type { Storage } from './ports.ts';

/**
 * Reads bytes that no MAC proves, until two readings in a row are the same, because wires can garble one. Undefined if
 * the storage does not answer, or gives something else each time.
 */
export function readTwice(
  primitives: Primitives,
  storage: Storage,
  address: number,
  length: number,
): Uint8Array | undefined {
  let crc = -1;
  for (let reads = READS_MAX; reads--; ) {
    const bytes = storage.read(address, length);
    if (!bytes) return undefined;
    const before = crc;
    crc = primitives.crc32(bytes);
    if (crc === before) return bytes;
  }
  return undefined;
}
