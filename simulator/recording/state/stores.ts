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
import type { StateStore } from '../../base/fob.ts';
import { STATE_FILE_MAX_BYTES, STATE_FILE_MODE, STATE_MAGIC } from '../../base/limits.ts';
import { refuseIrregular, WITHOUT_WAITING } from '../../base/node/read-at-most.ts';

export { memoryStore } from './memory-store.ts';

function writeAll(descriptor: number, bytes: Uint8Array, offset: number): void {
  let done = 0;
  while (done < bytes.length) {
    done += writeSync(descriptor, bytes, done, bytes.length - done, offset + done);
  }
}

/** Reads the file from its start, and no more than `most` bytes. */
function readStart(descriptor: number, most: number): Uint8Array {
  const bytes = new Uint8Array(Math.min(fstatSync(descriptor).size, most));
  let done = 0;
  while (done < bytes.length) {
    const count = readSync(descriptor, bytes, done, bytes.length - done, done);
    if (count === 0) break;
    done += count;
  }
  return bytes.subarray(0, done);
}

/** @throws Error for another file than the memory of a fob */
function refuseForeign(descriptor: number, path: string): void {
  refuseIrregular(descriptor, path);
  const head = readStart(descriptor, STATE_MAGIC.length);
  const isOurs = head.length === 0 || Buffer.from(head).toString('latin1') === STATE_MAGIC;
  if (isOurs && fstatSync(descriptor).size <= STATE_FILE_MAX_BYTES) return;
  throw new Error(`${path} is not the memory of a simulated fob, and is not changed. Name another file.`);
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
 * Returns what makes ranges of a file durable. A process with permissions may synchronise no file (Node disables it):
 * there the ranges are written once more, by a descriptor whose writes are on the disk when they return (open(2)).
 */
function synchroniser(path: string, descriptor: number) {
  if (Reflect.get(process, 'permission') === undefined) {
    return { wrote: () => undefined, sync: () => fdatasyncSync(descriptor), close: () => undefined };
  }
  const durable = openSync(path, constants.O_RDWR | constants.O_DSYNC);
  let ranges: { from: number; to: number }[] = [];
  return {
    wrote(from: number, length: number) {
      const to = from + length;
      const touching = ranges.filter(range => range.from <= to && from <= range.to);
      const all = [...touching, { from, to }];
      ranges = ranges.filter(range => !touching.includes(range));
      ranges.push({
        from: Math.min(...all.map(range => range.from)),
        to: Math.max(...all.map(range => range.to)),
      });
    },
    sync() {
      for (const { from, to } of ranges) {
        const bytes = new Uint8Array(to - from);
        readSync(descriptor, bytes, 0, bytes.length, from);
        writeAll(durable, bytes, from);
      }
      ranges = [];
    },
    close: () => closeSync(durable),
  };
}

/**
 * Returns a store in a file that only its owner can read. Bytes are in the file when `write` returns, so a killed
 * process loses nothing; they are on the disk when `sync` returns. Throws if the file exists and is not such a file.
 */
export function fileStore(path: string): StateStore & { close(): void } {
  const isNew = !existsSync(path);
  const flags = constants.O_RDWR | constants.O_CREAT | WITHOUT_WAITING;
  const descriptor = openSync(path, flags, STATE_FILE_MODE);
  try {
    refuseForeign(descriptor, path);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  if (isNew) syncFolder(path);
  let open = true;
  const synchronised = synchroniser(path, descriptor);
  return {
    load() {
      const image = readStart(descriptor, STATE_FILE_MAX_BYTES);
      return image.length === 0 ? undefined : image;
    },
    write(offset, bytes) {
      writeAll(descriptor, bytes, offset);
      synchronised.wrote(offset, bytes.length);
    },
    sync: () => synchronised.sync(),
    close() {
      if (open) {
        closeSync(descriptor);
        synchronised.close();
      }
      open = false;
    },
  };
}
