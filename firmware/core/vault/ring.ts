import { Reader, Writer } from '../../../protocol/bytes.ts';
import type { Primitives } from '../../../protocol/primitives.ts';
import { COUNTER_BLOCK, COUNTER_RING_PAGES } from '../limits.ts';
import type { Storage } from '../ports.ts';

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
      if (bytes) {
        const from = new Reader(bytes, 0);
        const value = from.number(4);
        if (from.number(4) === primitives.crc32(bytes.subarray(0, 4)) && value > this.reserved) {
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
      // Into the page after the newest, so that a torn write never takes the newest number with it.
      this.page = (this.page + 1) % COUNTER_RING_PAGES;
      if (!this.storage.write((this.firstPage + this.page) * this.storage.pageBytes, out.done())) return -1;
      this.reserved += COUNTER_BLOCK;
    }
    this.counter++;
    return this.counter;
  }
}
