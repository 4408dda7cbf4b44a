import type { Storage } from '../../core/ports.ts';
import {
  AT24C32_ADDRESS,
  AT24C32_PAGE_BYTES,
  AT24C32_PAGES,
  AT24C32_WRITE_SECONDS,
  I2C_CHUNK_BYTES,
} from '../limits.ts';

/** The EEPROM of the DS3231 module. Addresses are two bytes, most significant first. */
export class At24c32 implements Storage {
  readonly pages: number;
  readonly pageBytes: number;
  readonly eraseBytes: number;
  readonly recordPages: number;
  private readyAt: number;

  constructor(recordPages: number) {
    this.pages = AT24C32_PAGES;
    this.pageBytes = AT24C32_PAGE_BYTES;
    this.eraseBytes = 0;
    this.recordPages = recordPages;
    this.readyAt = 0;
  }

  /**
   * Lets the self-timed write end. Never by polling for an acknowledge: Espruino's STM32 driver waits about two
   * million polls for one that does not come. At most 10 ms, in which the ports go on receiving by interrupt.
   */
  private settle(): void {
    while (getTime() < this.readyAt);
  }

  read(address: number, length: number): Uint8Array | undefined {
    this.settle();
    const bytes = new Uint8Array(length);
    try {
      for (let at = 0; at < length; at += I2C_CHUNK_BYTES) {
        const from = address + at;
        I2C1.writeTo(AT24C32_ADDRESS, from >> 8, from & 255);
        bytes.set(I2C1.readFrom(AT24C32_ADDRESS, Math.min(I2C_CHUNK_BYTES, length - at)), at);
      }
    } catch {
      return undefined;
    }
    return bytes;
  }

  write(address: number, bytes: Uint8Array): boolean {
    this.settle();
    try {
      I2C1.writeTo(AT24C32_ADDRESS, address >> 8, address & 255, bytes);
    } catch {
      return false;
    }
    this.readyAt = getTime() + AT24C32_WRITE_SECONDS;
    // A lifted write-protect pin drops writes silently.
    const held = this.read(address, bytes.length);
    return held !== undefined && E.CRC32(held) === E.CRC32(bytes);
  }
}
