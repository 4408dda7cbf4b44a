import { Reader, Writer } from '@passfob/protocol/bytes';
import type { Primitives } from '@passfob/protocol/primitives';
import { COUNTER_BLOCK, COUNTER_END, COUNTER_RING_PAGES } from '../base/limits.ts';
import type { Storage } from '../base/ports.ts';

/**
 * Numbers that never repeat, however often the power goes: session counters, and what makes each boot's entropy
 * its own. The upper end of a block is on storage before a number of the block is given out.
 */
export class CounterRing {
  private readonly primitives: Primitives;
  private readonly storage: Storage;
  private readonly firstPage: number;
  private page: number;
  private reserved: number;
  private counter: number;

  constructor(primitives: Primitives, storage: Storage, firstPage: number) {
    this.primitives = primitives;
    this.storage = storage;
    this.firstPage = firstPage;
    this.page = 0;
    this.reserved = 0;
    for (let i = 0; i < COUNTER_RING_PAGES; i++) {
      const bytes = storage.read((firstPage + i) * storage.pageBytes, 8);
      // A page that does not answer may hold the newest: no number is given out in this boot.
      if (!bytes) this.reserved = COUNTER_END;
      else {
        const from = new Reader(bytes, 0);
        const value = from.number(4);
        const isWhole = from.number(4) === primitives.crc32(bytes.subarray(0, 4));
        // Four bytes 0xFF, as a new memory has them, are their own CRC-32: the end of all numbers is no number.
        if (isWhole && value > this.reserved && value < COUNTER_END) {
          this.reserved = value;
          this.page = i;
        }
      }
    }
    this.counter = this.reserved;
  }

  /** The next number, or -1 when storage failed. */
  next(): number {
    if (this.counter >= this.reserved) {
      const out = new Writer(8).number(this.reserved + COUNTER_BLOCK, 4);
      out.number(this.primitives.crc32(out.done()), 4);
      if (this.reserved + COUNTER_BLOCK > COUNTER_END) return -1;
      // Into the page after the newest, so that a torn write never takes the newest number with it; or, where that
      // one is worn out, behind it.
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
