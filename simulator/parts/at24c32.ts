/**
 * AT24C32 EEPROM (Microchip/Atmel data sheet): 4096 bytes, two address bytes of which 12 bits count, pages of 32
 * bytes inside which a write wraps, self-timed writes during which the part does not acknowledge.
 *
 * Fault envelope. A page write is one non-volatile operation; the supply may go at any moment of its 10 ms. Then, by
 * the fob's seed:
 * - nothing of it got written (1 in 6), or all of it (1 in 6);
 * - or every byte of the written span is its old value, its new value, 0xFF or junk, each by itself (3 in 6);
 * - or the whole page is so, bytes that were not written included, as in parts that erase page by page (1 in 6).
 * Other pages never change. Nothing decays, and reads are always right.
 */
import type { Chance } from '../chance.ts';
import { EEPROM_BYTES, EEPROM_PAGE_BYTES, EEPROM_WRITE_US } from '../limits.ts';
import type { Operations } from '../power.ts';
import type { Region } from '../state/memories.ts';
import type { I2cPart } from './part.ts';

const PAGE_MASK = EEPROM_PAGE_BYTES - 1;

interface Pending {
  readonly page: number;
  readonly old: Uint8Array;
  /** 1 where a byte was written. */
  readonly written: Uint8Array;
}

export class At24c32 implements I2cPart {
  readonly address = 0x57;
  readonly name = 'AT24C32';
  /** Since this process began, by page. */
  readonly writes = new Array<number>(EEPROM_BYTES / EEPROM_PAGE_BYTES).fill(0);
  readonly #memory: Region;
  readonly #operations: Operations;
  readonly #nowUs: () => number;
  #pointer = 0;
  #busyUntilUs = 0;
  #pending: Pending | undefined;

  constructor(memory: Region, operations: Operations, nowUs: () => number) {
    this.#memory = memory;
    this.#operations = operations;
    this.#nowUs = nowUs;
  }

  ready(): boolean {
    return this.#nowUs() >= this.#busyUntilUs;
  }

  write(bytes: Uint8Array): void {
    const [high, low] = bytes;
    if (high === undefined || low === undefined) return;
    this.#pointer = ((high << 8) | low) % EEPROM_BYTES;
    if (bytes.length > 2) this.#writePage(bytes.subarray(2));
  }

  #writePage(data: Uint8Array): void {
    const page = this.#pointer & ~PAGE_MASK;
    const old = this.#memory.bytes.slice(page, page + EEPROM_PAGE_BYTES);
    const fresh = old.slice();
    const written = new Uint8Array(EEPROM_PAGE_BYTES);
    for (const byte of data) {
      const at = this.#pointer & PAGE_MASK;
      fresh[at] = byte;
      written[at] = 1;
      // The counter's low five bits wrap; the page stays (data sheet, Page Write).
      this.#pointer = page | ((at + 1) & PAGE_MASK);
    }
    const pending = { page, old, written };
    const number = page / EEPROM_PAGE_BYTES;
    this.writes[number] = (this.writes[number] ?? 0) + 1;
    this.#operations.run(tear => {
      this.#memory.write(page, tear ? tornPage(pending, fresh, tear) : fresh);
      this.#pending = tear ? undefined : pending;
      this.#busyUntilUs = this.#nowUs() + EEPROM_WRITE_US;
    });
  }

  read(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count; at++) {
      bytes[at] = this.#memory.bytes[this.#pointer] ?? 0xff;
      this.#pointer = (this.#pointer + 1) % EEPROM_BYTES;
    }
    return bytes;
  }

  powerOn(): void {}

  /** A write that is still in its 10 ms is torn. */
  powerOff(): void {
    const pending = this.#pending;
    if (pending && !this.ready()) {
      const fresh = this.#memory.bytes.slice(pending.page, pending.page + EEPROM_PAGE_BYTES);
      this.#memory.write(pending.page, tornPage(pending, fresh, this.#operations.tear()));
    }
    this.#pending = undefined;
    this.#busyUntilUs = 0;
    this.#pointer = 0;
  }
}

function tornPage(pending: Pending, fresh: Uint8Array, chance: Chance): Uint8Array {
  const kind = chance.below(6);
  if (kind === 0) return pending.old.slice();
  if (kind === 1) return fresh;
  const torn = pending.old.slice();
  for (let at = 0; at < torn.length; at++) {
    if (kind !== 5 && pending.written[at] === 0) continue;
    torn[at] = chance.pick([pending.old[at] ?? 0xff, fresh[at] ?? 0xff, 0xff, chance.byte()]);
  }
  return torn;
}
