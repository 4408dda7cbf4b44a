import type { Storage } from '../../core/base/ports.ts';
import {
  AT24C32_ADDRESS,
  AT24C32_PAGE_BYTES,
  AT24C32_PAGES,
  AT24C256_PAGES,
  I2C_CHUNK_BYTES,
  LONG_RECORD_PAGES,
  PROBE_ADDRESS,
  PROBE_ALIAS,
  SHORT_RECORD_PAGES,
} from '../limits.ts';
import { I2cPart, waitForWrite } from './i2c.ts';

/**
 * The EEPROM of the DS3231 module, or the larger AT24C256 in its place. Addresses are two bytes, the high byte first.
 */
export class At24c32 implements Storage {
  readonly pageBytes: number;
  readonly eraseBytes: number;
  private readonly part: I2cPart;
  private size: number;

  constructor() {
    this.pageBytes = AT24C32_PAGE_BYTES;
    this.eraseBytes = 0;
    this.part = new I2cPart(AT24C32_ADDRESS);
    this.size = 0;
  }

  get pages(): number {
    if (!this.size) this.size = this.measure();
    return this.size;
  }

  /** The larger chip has room for the keys of SHA-512 with their names, where the board has that. */
  get recordPages(): number {
    return HAS_SHA512 && this.pages > AT24C32_PAGES ? LONG_RECORD_PAGES : SHORT_RECORD_PAGES;
  }

  /**
   * Finds out whether two addresses are two different bytes. If both hold the same value, the byte in the unused page
   * is changed; a power cut meanwhile does no harm, whichever chip it is. They must differ twice, because the wires
   * may garble a byte, and records written beyond the end of the small chip would overwrite others.
   */
  private measure(): number {
    let isChanged = false;
    let differed = false;
    for (;;) {
      const alias = this.read(PROBE_ALIAS, 1);
      const probe = this.read(PROBE_ADDRESS, 1);
      if (!alias || !probe) return 0;
      if (alias[0] !== probe[0]) {
        if (differed) return AT24C256_PAGES;
        differed = true;
      } else {
        if (isChanged) return AT24C32_PAGES;
        isChanged = true;
        (probe[0] as number) ^= 255;
        this.write(PROBE_ADDRESS, probe);
      }
    }
  }

  read(address: number, length: number): Uint8Array | undefined {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += I2C_CHUNK_BYTES) {
      const from = address + at;
      const chunk = this.part.ask([from >> 8, from & 255], Math.min(I2C_CHUNK_BYTES, length - at));
      if (!chunk) return undefined;
      bytes.set(chunk, at);
    }
    return bytes;
  }

  write(address: number, bytes: Uint8Array): boolean {
    if (!this.part.send([address >> 8, address & 255, bytes])) return false;
    waitForWrite();
    // A floating write-protect pin drops writes silently.
    const held = this.read(address, bytes.length);
    return held !== undefined && E.CRC32(held) === E.CRC32(bytes);
  }
}
