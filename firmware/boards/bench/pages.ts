import type { Storage } from '../../core/base/ports.ts';
import { AT24C32_PAGE_BYTES } from '../limits.ts';
import { BenchFiles } from './files.ts';

/** Memory in files, one for each page, so that a write is one operation, as in an EEPROM. */
export class FilePages implements Storage {
  readonly pages: number;
  readonly pageBytes: number;
  readonly eraseBytes: number;
  readonly recordPages: number;
  private readonly files: BenchFiles;
  /** Contents of the files, read once, because a memory chip answers sooner than a file. */
  private readonly bytes: Uint8Array;

  constructor(pages: number, recordPages: number) {
    this.pages = pages;
    this.pageBytes = AT24C32_PAGE_BYTES;
    this.eraseBytes = 0;
    this.recordPages = recordPages;
    this.files = new BenchFiles();
    this.bytes = new Uint8Array(pages * this.pageBytes).fill(255);
    for (let number = 0; number < pages; number++) {
      const text = this.files.read(`page${number}`);
      if (text.length === this.pageBytes) this.bytes.set(E.toUint8Array(text), number * this.pageBytes);
    }
  }

  read(address: number, length: number): Uint8Array {
    // Copies in one native call, since a memory chip has no loop either.
    return E.toUint8Array(this.bytes.subarray(address, address + length));
  }

  write(address: number, bytes: Uint8Array): boolean {
    const number = Math.floor(address / this.pageBytes);
    const at = number * this.pageBytes;
    this.bytes.set(bytes, address);
    this.files.write(`page${number}`, E.toString(this.bytes.subarray(at, at + this.pageBytes)));
    return E.CRC32(this.read(address, bytes.length)) === E.CRC32(bytes);
  }
}
