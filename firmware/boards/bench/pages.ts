import type { Storage } from '../../core/ports.ts';
import { AT24C32_PAGE_BYTES } from '../limits.ts';
import { Files } from './files.ts';

/** Memory in files, one for each page, so that a write is one operation as it is in an EEPROM. */
export class FilePages implements Storage {
  readonly pages: number;
  readonly pageBytes: number;
  readonly eraseBytes: number;
  readonly recordPages: number;
  private readonly files: Files;

  constructor(pages: number, recordPages: number) {
    this.pages = pages;
    this.pageBytes = AT24C32_PAGE_BYTES;
    this.eraseBytes = 0;
    this.recordPages = recordPages;
    this.files = new Files();
  }

  private page(number: number): Uint8Array {
    const text = this.files.read(`page${number}`);
    return text.length === this.pageBytes ? E.toUint8Array(text) : new Uint8Array(this.pageBytes).fill(255);
  }

  read(address: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    let at = 0;
    while (at < length) {
      const offset = (address + at) % this.pageBytes;
      const take = Math.min(length - at, this.pageBytes - offset);
      const page = this.page(Math.floor((address + at) / this.pageBytes));
      bytes.set(page.subarray(offset, offset + take), at);
      at += take;
    }
    return bytes;
  }

  write(address: number, bytes: Uint8Array): boolean {
    const number = Math.floor(address / this.pageBytes);
    const page = this.page(number);
    page.set(bytes, address % this.pageBytes);
    this.files.write(`page${number}`, E.toString(page));
    return E.CRC32(this.read(address, bytes.length)) === E.CRC32(bytes);
  }
}
