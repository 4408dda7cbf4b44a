import { CRC_BYTES } from '@passfob/protocol/limits';
import type { Storage } from '../../core/base/ports.ts';
import { FLASH_COPY_PAGES, FLASH_FILE_BYTES, FLASH_MARGIN_BYTES } from '../limits.ts';

/** The CRC-32 of any data that ends with its own CRC-32, lowest byte first. */
const GOOD = 0x2144df1c;
const ERASED = 255;

/**
 * Pages in write-once flash: a file of fixed length in Espruino's Storage, with an image of all pages, followed by an
 * entry for each later write of a page. The last write of a page is valid.
 *
 * - file: image | generation, 1 byte | CRC-32 of both, written last | entry | entry | …
 * - entry: number of the page, 1 byte | page | CRC-32 of both
 *
 * A full file is followed by another one, under the other of two names. The new file is valid once its CRC-32 is
 * written; then the old one is erased. A power cut may hit any write: torn data has no CRC-32, and the data that it
 * replaces is still there. No file is created unless it fits after the last file. Otherwise Storage would compact
 * itself, and a power cut during compaction destroys everything in it.
 */
export class FlashPages implements Storage {
  readonly pages: number;
  readonly pageBytes: number;
  readonly eraseBytes: number;
  readonly recordPages: number;
  private readonly storage: DeviceStorage;
  /** Generation of the valid file, modulo 256; -1 before the first. */
  private generation: number;
  /** Offset of each page in the file. */
  private readonly places: Int32Array;
  /** Offset of the next entry. */
  private end: number;

  /** @param pages at most 255, and few enough to leave room for entries in the file */
  constructor(pages: number, pageBytes: number, recordPages: number) {
    this.pages = pages;
    this.pageBytes = pageBytes;
    // A file is erased as a whole.
    this.eraseBytes = FLASH_FILE_BYTES;
    this.recordPages = recordPages;
    this.storage = require('Storage');
    this.places = new Int32Array(pages);
    this.generation = -1;
    this.end = FLASH_FILE_BYTES;
    const even = this.generationOf(0);
    const odd = this.generationOf(1);
    if (even >= 0 || odd >= 0) {
      const first = odd < 0 || ((even - odd) & ERASED) === 1;
      this.take(first ? even : odd);
      // The power was cut before the replaced file was erased.
      if (even >= 0 && odd >= 0) this.storage.erase(this.name(this.generation + 1));
      this.scan();
      // Otherwise another file might be started first, over a header that a power cut has torn. Renewing the same
      // file again does no harm.
      if (this.end + this.entryBytes > FLASH_FILE_BYTES) this.renew(0, this.read(0, pageBytes));
    }
  }

  private name(generation: number): string {
    return `pages${generation & 1}`;
  }

  private get entryBytes(): number {
    return 1 + this.pageBytes + CRC_BYTES;
  }

  private get imageBytes(): number {
    return this.pages * this.pageBytes;
  }

  /** -1 if the file is missing or incomplete. */
  private generationOf(file: number): number {
    const text = this.storage.read(this.name(file), 0, this.imageBytes + 1 + CRC_BYTES);
    return text && E.CRC32(text) === GOOD ? text.charCodeAt(this.imageBytes) : -1;
  }

  /** Makes the file of that generation the valid one, without its entries. */
  private take(generation: number): void {
    this.generation = generation;
    for (let page = 0; page < this.pages; page++) this.places[page] = page * this.pageBytes;
    this.end = this.imageBytes + 1 + CRC_BYTES;
  }

  private scan(): void {
    while (this.end + this.entryBytes <= FLASH_FILE_BYTES) {
      const entry = this.storage.read(this.name(this.generation), this.end, this.entryBytes);
      if (!entry || entry.charCodeAt(0) === ERASED) return;
      if (E.CRC32(entry) === GOOD) this.places[entry.charCodeAt(0)] = this.end + 1;
      this.end += this.entryBytes;
    }
  }

  read(address: number, length: number): Uint8Array | undefined {
    const bytes = new Uint8Array(length);
    if (this.generation < 0) return bytes.fill(ERASED);
    for (let at = 0; at < length; ) {
      const page = Math.floor((address + at) / this.pageBytes);
      const offset = address + at - page * this.pageBytes;
      const place = (this.places[page] as number) + offset;
      const take = Math.min(length - at, this.pageBytes - offset);
      const text = this.storage.read(this.name(this.generation), place, take);
      if (!text || text.length !== take) return undefined;
      bytes.set(E.toUint8Array(text), at);
      at += take;
    }
    return bytes;
  }

  write(address: number, bytes: Uint8Array): boolean {
    const page = Math.floor(address / this.pageBytes);
    const image = this.read(page * this.pageBytes, this.pageBytes);
    if (!image) return false;
    const crc = E.CRC32(image);
    image.set(bytes, address - page * this.pageBytes);
    // An unchanged page needs no entry.
    if (this.generation >= 0 && E.CRC32(image) === crc) return true;
    return this.append(page, image) || this.renew(page, image);
  }

  private append(page: number, image: Uint8Array): boolean {
    const at = this.end;
    if (at + this.entryBytes > FLASH_FILE_BYTES) return false;
    const entry = new Uint8Array(this.entryBytes);
    entry[0] = page;
    entry.set(image, 1);
    this.seal(entry, E.CRC32(entry.subarray(0, 1 + this.pageBytes)));
    this.end += this.entryBytes;
    if (!this.put(this.generation, entry, at)) return false;
    this.places[page] = at + 1;
    return true;
  }

  /** Puts a CRC-32 at the end of the bytes, lowest byte first. */
  private seal(bytes: Uint8Array, crc: number): Uint8Array {
    for (let i = CRC_BYTES; i > 0; i--) bytes[bytes.length - i] = crc >> (8 * (CRC_BYTES - i));
    return bytes;
  }

  /** Writes a new file with all pages, and this page with its new content. */
  private renew(page: number, image: Uint8Array | undefined): boolean {
    if (!image || this.storage.getFree() < FLASH_FILE_BYTES + FLASH_MARGIN_BYTES) return false;
    const next = (this.generation + 1) & ERASED;
    const copyBytes = FLASH_COPY_PAGES * this.pageBytes;
    for (let at = 0; at < this.imageBytes; at += copyBytes) {
      const copy = this.read(at, Math.min(copyBytes, this.imageBytes - at));
      if (!copy) return false;
      const offset = page * this.pageBytes - at;
      if (offset >= 0 && offset < copy.length) copy.set(image, offset);
      if (!this.put(next, copy, at)) return false;
    }
    if (!this.put(next, new Uint8Array([next]), this.imageBytes)) return false;
    const whole = this.storage.read(this.name(next), 0, this.imageBytes + 1);
    const crc = this.seal(new Uint8Array(CRC_BYTES), whole ? E.CRC32(whole) : 0);
    if (!this.put(next, crc, this.imageBytes + 1)) return false;
    const old = this.generation;
    this.take(next);
    if (old >= 0) this.storage.erase(this.name(old));
    return true;
  }

  /** Writes into a file and reads back. The first write, at 0, creates the file. */
  private put(generation: number, bytes: Uint8Array, at: number): boolean {
    const name = this.name(generation);
    try {
      this.storage.write(name, bytes, at, FLASH_FILE_BYTES);
    } catch {
      // Bytes are already written there, or there is no room.
      return false;
    }
    const text = this.storage.read(name, at, bytes.length);
    return !!text && E.CRC32(text) === E.CRC32(bytes);
  }
}
