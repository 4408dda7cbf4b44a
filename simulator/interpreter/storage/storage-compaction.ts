/**
 * Storage's compaction (jsflash.c): files are read through a buffer in RAM of one page and a
 * header. Pages are erased and rewritten as soon as all of their data has been read. Data that is only in the buffer
 * is lost in a power cut, and the next boot then erases all of Storage.
 */
import { STORAGE_HEADER_BYTES } from '../../base/limits.ts';
import type { Flash } from '../../board/chips/flash.ts';
import { align, isRealFile, type StorageFiles } from './storage-files.ts';

class Ring {
  readonly #bytes: Uint8Array;
  #head = 0;
  #tail = 0;
  #used = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  get used(): number {
    return this.#used;
  }

  /** Bytes that can be added (`room`) or taken (`piece`) in one go. */
  get room(): number {
    const free = this.#bytes.length - this.#used;
    const toEnd = this.#bytes.length - this.#head;
    const toTail = this.#tail > this.#head ? this.#tail - this.#head : free;
    return Math.min(free, toEnd, toTail);
  }

  get piece(): number {
    return Math.min(this.#used, this.#bytes.length - this.#tail);
  }

  push(bytes: Uint8Array): void {
    for (const byte of bytes) {
      this.#bytes[this.#head] = byte;
      this.#head = (this.#head + 1) % this.#bytes.length;
    }
    this.#used += bytes.length;
  }

  take(count: number): Uint8Array {
    const bytes = this.#bytes.slice(this.#tail, this.#tail + count);
    this.#tail = (this.#tail + count) % this.#bytes.length;
    this.#used -= count;
    return bytes;
  }
}

class Compactor {
  readonly #flash: Flash;
  readonly #ring: Ring;
  #writeAt: number;

  constructor(flash: Flash, ring: Ring, writeAt: number) {
    this.#flash = flash;
    this.#ring = ring;
    this.#writeAt = writeAt;
  }

  get writeAt(): number {
    return this.#writeAt;
  }

  /** Writes the buffer's data into pages that have been read to their end. `readAt` is the next address to read. */
  flush(readAt: number): void {
    const pageBytes = this.#flash.pageBytes;
    while (this.#ring.used > 0) {
      const pageEnd = (Math.floor(this.#writeAt / pageBytes) + 1) * pageBytes;
      if (readAt < pageEnd) return;
      if (this.#writeAt % pageBytes === 0) this.#flash.erasePage(this.#writeAt / pageBytes);
      const count = Math.min(this.#ring.piece, pageEnd - this.#writeAt);
      this.#flash.write(this.#writeAt, this.#ring.take(count));
      this.#writeAt += count;
    }
  }

  /** Copies a file. False if the buffer is full and nothing can be written yet. */
  copy(at: number, size: number, header: Uint8Array): boolean {
    this.#ring.push(header);
    let readAt = at + STORAGE_HEADER_BYTES;
    let left = align(size);
    this.flush(readAt);
    while (left > 0) {
      const count = Math.min(this.#ring.room, left);
      if (count === 0) return false;
      this.#ring.push(this.#flash.read(readAt, count));
      readAt += count;
      left -= count;
      this.flush(readAt);
    }
    return true;
  }
}

/** Compacts. True if it freed space. */
export function compact(files: StorageFiles, print: (text: string) => void): boolean {
  const flash = files.flash;
  const stats = files.stats();
  if (stats.trashBytes === 0) return false;
  print('Compacting... ');
  const capacity = Math.min(stats.fileBytes, flash.pageBytes + STORAGE_HEADER_BYTES);
  const startAt = stats.firstDirtyPageAt;
  const compactor = new Compactor(flash, new Ring(capacity), startAt);
  let endAt = startAt;
  for (const { at, header } of files.walk(startAt)) {
    if (isRealFile(header) && !compactor.copy(at, header.size, header.raw)) return false;
    endAt = at + STORAGE_HEADER_BYTES + align(header.size);
  }
  compactor.flush(flash.length);
  for (
    let page = Math.ceil(compactor.writeAt / flash.pageBytes);
    page < Math.ceil(endAt / flash.pageBytes);
    page++
  ) {
    flash.erasePage(page);
  }
  print('\n');
  return true;
}
