import {
  closeSync,
  constants,
  existsSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { StateStore } from '../base/fob.ts';
import { STATE_FILE_MODE, STATE_MAGIC } from '../base/limits.ts';

export { memoryStore } from './memory-store.ts';

function writeAll(descriptor: number, bytes: Uint8Array, offset: number): void {
  let done = 0;
  while (done < bytes.length) {
    done += writeSync(descriptor, bytes, done, bytes.length - done, offset + done);
  }
}

function readAll(descriptor: number): Uint8Array {
  const bytes = new Uint8Array(fstatSync(descriptor).size);
  let done = 0;
  while (done < bytes.length) {
    const count = readSync(descriptor, bytes, done, bytes.length - done, done);
    if (count === 0) break;
    done += count;
  }
  return bytes.subarray(0, done);
}

/** Makes the entry of a new file durable: a file's own synchronisation does not (fsync(2)). */
function syncFolder(path: string): void {
  const folder = openSync(dirname(path), constants.O_RDONLY);
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/**
 * Returns a store in a file that only its owner can read. Bytes are in the file when `write` returns, so a killed
 * process loses nothing; they are on the disk when `sync` returns. Throws if the file exists and is not such a file.
 */
export function fileStore(path: string): StateStore & { close(): void } {
  const isNew = !existsSync(path);
  const descriptor = openSync(path, constants.O_RDWR | constants.O_CREAT, STATE_FILE_MODE);
  if (isNew) syncFolder(path);
  const head = readAll(descriptor).subarray(0, STATE_MAGIC.length);
  if (head.length > 0 && Buffer.from(head).toString('latin1') !== STATE_MAGIC) {
    closeSync(descriptor);
    throw new Error(`${path} is not the memory of a simulated fob, and is not changed. Name another file.`);
  }
  let open = true;
  return {
    load() {
      const image = readAll(descriptor);
      return image.length === 0 ? undefined : image;
    },
    write(offset, bytes) {
      writeAll(descriptor, bytes, offset);
    },
    sync: () => fdatasyncSync(descriptor),
    close() {
      if (open) closeSync(descriptor);
      open = false;
    },
  };
}
