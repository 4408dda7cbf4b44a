import type { Storage } from '../../core/base/ports.ts';
import {
  AT24C32_ADDRESS,
  AT24C32_PAGE_BYTES,
  AT24C32_PAGES,
  AT24C32_WRITE_SECONDS,
  AT24C256_PAGES,
  I2C_CHUNK_BYTES,
  PROBE_ADDRESS,
  PROBE_ALIAS,
} from '../limits.ts';
import { I2cPart } from './i2c.ts';

/** The EEPROM of the DS3231 module, or the larger AT24C256 in its place. Addresses are two bytes, high one first. */
export class At24c32 implements Storage {
  readonly pages: number;
  readonly pageBytes: number;
  readonly eraseBytes: number;
  readonly recordPages: number;
  private readonly part: I2cPart;
  private readyAt: number;

  constructor(recordPages: number) {
    this.pageBytes = AT24C32_PAGE_BYTES;
    this.eraseBytes = 0;
    this.recordPages = recordPages;
    this.part = new I2cPart(AT24C32_ADDRESS);
    this.readyAt = 0;
    this.pages = this.isLarge() ? AT24C256_PAGES : AT24C32_PAGES;
  }

  /**
   * Whether two addresses are two bytes. Where they hold the same, the one in the page that is nobody's is changed:
   * a power cut meanwhile harms nothing, whichever chip it is.
   */
  private isLarge(): boolean {
    const alias = this.read(PROBE_ALIAS, 1);
    const probe = this.read(PROBE_ADDRESS, 1);
    if (!alias || !probe) return false;
    if (alias[0] !== probe[0]) return true;
    (probe[0] as number) ^= 255;
    return this.write(PROBE_ADDRESS, probe) && (this.read(PROBE_ALIAS, 1) || probe)[0] === alias[0];
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
    for (let at = 0; at < length; at += I2C_CHUNK_BYTES) {
      const from = address + at;
      const chunk = this.part.ask([from >> 8, from & 255], Math.min(I2C_CHUNK_BYTES, length - at));
      if (!chunk) return undefined;
      bytes.set(chunk, at);
    }
    return bytes;
  }

  write(address: number, bytes: Uint8Array): boolean {
    this.settle();
    if (!this.part.send([address >> 8, address & 255, bytes])) return false;
    this.readyAt = getTime() + AT24C32_WRITE_SECONDS;
    // A lifted write-protect pin drops writes silently.
    const held = this.read(address, bytes.length);
    return held !== undefined && E.CRC32(held) === E.CRC32(bytes);
  }
}
