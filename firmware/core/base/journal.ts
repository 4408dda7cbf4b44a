import { Reader, Writer } from '@passfob/protocol/bytes';
import { equal, type Hmac } from '@passfob/protocol/hmac';
import { COUNTER_END, JOURNAL_CONTENT_BYTES, JOURNAL_MAC_BYTES } from './limits.ts';
import type { Storage } from './ports.ts';
import { readTwice } from './read-twice.ts';

/**
 * A small value that changes often. Each change goes into the page after the newest, so that a torn write never
 * destroys the newest, and wear is spread over the pages. A page: number (4 bytes), content, and a MAC over both and
 * the journal's place, under a key of the device secret. The content is not secret, but nobody else can write it.
 */
export class Journal {
  private readonly mac: Hmac;
  private readonly storage: Storage;
  private readonly firstPage: number;
  private readonly pages: number;
  private page: number;
  /** Number of the newest change, 0 before the first. */
  number: number;
  content: Uint8Array;
  /** Whether a page did not answer, which may hold the newest change. */
  silent: boolean;

  constructor(mac: Hmac, storage: Storage, firstPage: number, pages: number) {
    this.mac = mac;
    this.storage = storage;
    this.firstPage = firstPage;
    this.pages = pages;
    this.page = 0;
    this.number = 0;
    this.content = new Uint8Array(JOURNAL_CONTENT_BYTES);
    this.silent = false;
    const end = 4 + JOURNAL_CONTENT_BYTES;
    const size = storage.pageBytes;
    // A garbled page looks torn, or older than it is, and the journal would go back by a change.
    const bytes = readTwice(mac.primitives, storage, this.address(0), pages * size);
    if (!bytes) {
      this.silent = true;
      return;
    }
    for (let page = 0; page < pages; page++) {
      const held = bytes.subarray(page * size, page * size + end + JOURNAL_MAC_BYTES);
      const number = new Reader(held, 0).number(4);
      // An erased page has no MAC to look at, and a torn one has a wrong one.
      if (number <= this.number || number === COUNTER_END) continue;
      if (!equal(this.tag(held), held.subarray(end, held.length))) continue;
      this.page = page;
      this.number = number;
      this.content.set(held.subarray(4, end), 0);
    }
  }

  private address(page: number): number {
    return (this.firstPage + page) * this.storage.pageBytes;
  }

  private tag(page: Uint8Array): Uint8Array {
    const tag = this.mac.mac([new Uint8Array([this.firstPage]), page.subarray(0, 4 + JOURNAL_CONTENT_BYTES)]);
    return tag.subarray(0, JOURNAL_MAC_BYTES);
  }

  /** Skips a worn-out page if there are more than two. False if storage failed; the newest change then stays. */
  write(content: Uint8Array): boolean {
    for (let i = 1; i < this.pages; i++) {
      const out = new Writer(4 + JOURNAL_CONTENT_BYTES + JOURNAL_MAC_BYTES)
        .number(this.number + 1, 4)
        .raw(content);
      out.at = 4 + JOURNAL_CONTENT_BYTES;
      out.raw(this.tag(out.bytes));
      const page = (this.page + i) % this.pages;
      const written = this.storage.write(this.address(page), out.bytes);
      // A failed page may still hold this number, so no other page gets the same number.
      if (written || this.pages > 2) this.number++;
      if (!written) continue;
      this.page = page;
      this.content.set(out.bytes.subarray(4, 4 + JOURNAL_CONTENT_BYTES), 0);
      return true;
    }
    return false;
  }
}

/** Whether one of them may hold a newer change than was read. */
export function isSilent(journals: (Journal | undefined)[]): boolean {
  for (const journal of journals) if ((journal as Journal).silent) return true;
  return false;
}
