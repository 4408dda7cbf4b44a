import { Reader, Writer } from '@passfob/protocol/bytes';
import type { Primitives } from '@passfob/protocol/primitives';
import { COUNTER_BLOCK, COUNTER_END, COUNTER_RING_PAGES } from '../base/limits.ts';
import type { Storage } from '../base/ports.ts';
import { readTwice } from '../base/read-twice.ts';

/**
 * Numbers that never repeat, in spite of power cuts: session counters, and the number that makes each boot's
 * randomness unique. The upper end of a block is stored before any number of the block is used.
 */
export class CounterRing {
  private readonly primitives: Primitives;
  private readonly storage: Storage;
  private readonly firstPage: number;
  private page: number;
  /** End of the stored block, -1 before the pages are read. */
  private reserved: number;
  private counter: number;

  constructor(primitives: Primitives, storage: Storage, firstPage: number) {
    this.primitives = primitives;
    this.storage = storage;
    this.firstPage = firstPage;
    this.page = 0;
    this.reserved = -1;
    this.counter = 0;
  }

  /** Finds the newest number. False if the storage did not answer, because it may hold a newer one. */
  private load(): boolean {
    const size = this.storage.pageBytes;
    // A garbled page has a wrong CRC, and numbers would repeat if it were the newest.
    const bytes = readTwice(this.primitives, this.storage, this.firstPage * size, COUNTER_RING_PAGES * size);
    if (!bytes) return false;
    this.reserved = 0;
    for (let page = 0; page < COUNTER_RING_PAGES; page++) {
      const from = new Reader(bytes, page * size);
      const value = from.number(4);
      const isWhole = from.number(4) === this.primitives.crc32(bytes.subarray(page * size, page * size + 4));
      // Four bytes 0xFF, as in a new memory, are their own CRC-32. So the end of all numbers is not a number.
      if (isWhole && value > this.reserved && value < COUNTER_END) {
        this.reserved = value;
        this.page = page;
      }
    }
    this.counter = this.reserved;
    return true;
  }

  /** Returns the next number, or -1 if storage failed. */
  next(): number {
    // Not at boot: sessions and pairings alone need it.
    if (this.reserved < 0 && !this.load()) return -1;
    if (this.counter >= this.reserved) {
      const out = new Writer(8).number(this.reserved + COUNTER_BLOCK, 4);
      out.number(this.primitives.crc32(out.done()), 4);
      if (this.reserved + COUNTER_BLOCK > COUNTER_END) return -1;
      // Writes the page after the newest, so that a torn write never destroys the newest number. If that page is worn
      // out, writes the one after it.
      let tries = 1;
      let page = this.page;
      do {
        if (tries++ === COUNTER_RING_PAGES) return -1;
        page = (page + 1) % COUNTER_RING_PAGES;
      } while (!this.storage.write((this.firstPage + page) * this.storage.pageBytes, out.done()));
      this.page = page;
      this.reserved += COUNTER_BLOCK;
    }
    this.counter++;
    return this.counter;
  }
}
