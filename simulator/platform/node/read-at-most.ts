import { closeSync, openSync, readSync } from 'node:fs';

/**
 * Reads a file that a person names, and no more of it than `max` bytes: a device or a growing file has no size to ask for.
 * @returns undefined if it is longer
 * @throws the system's error if it cannot be read
 */
export function readAtMost(path: string, max: number): Uint8Array | undefined {
  const bytes = new Uint8Array(max + 1);
  const file = openSync(path, 'r');
  try {
    let length = 0;
    while (length < bytes.length) {
      const count = readSync(file, bytes, length, bytes.length - length, null);
      if (count === 0) return bytes.slice(0, length);
      length += count;
    }
    return undefined;
  } finally {
    closeSync(file);
  }
}
