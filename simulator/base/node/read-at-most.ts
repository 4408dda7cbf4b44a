import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** Opening a pipe without a writer, or a device, does not wait: nothing but SIGKILL would end the process. */
export const WITHOUT_WAITING = constants.O_NONBLOCK ?? 0;

/** @throws Error unless the descriptor is a regular file: others may give their bytes late, or without an end */
export function refuseIrregular(descriptor: number, path: string): void {
  if (!fstatSync(descriptor).isFile()) throw new Error(`${path} is not a regular file`);
}

/**
 * Reads a regular file that a person names, and no more of it than `max` bytes: it may grow, and files of /proc have no
 * size to ask for.
 * @returns undefined if it is longer
 * @throws the system's error if it cannot be read; Error if it is no regular file
 */
export function readAtMost(path: string, max: number): Uint8Array | undefined {
  const file = openSync(path, constants.O_RDONLY | WITHOUT_WAITING);
  try {
    refuseIrregular(file, path);
    const bytes = new Uint8Array(max + 1);
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
