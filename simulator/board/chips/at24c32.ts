/**
 * AT24C32 EEPROM (Microchip/Atmel data sheet): 4096 bytes, two address bytes of which 12 bits count, pages of 32
 * bytes inside which a write wraps, self-timed writes during which the part does not acknowledge. Or an AT24C256:
 * 32,768 bytes, 15 bits of address, pages of 64. It tears as described below: parts of that size erase less than a
 * page at a time (data sheets with error correction name four bytes), and 32 is a safe assumption.
 *
 * Fault envelope. A page write is one non-volatile operation; the supply may fail at any moment of its 10 ms. Then
 * the fob's seed chooses one of:
 * - nothing of it was written (1 in 6), or all of it (1 in 6);
 * - every byte of the written span is, independently, its old value, its new value, 0xFF or junk (3 in 6);
 * - the same for the whole page, bytes that were not written included, as in parts that erase page by page (1 in 6).
 *   Other pages never change. Data never decays, and reads are always right. A plan adds torn writes without a power
 *   cut, stuck bits and worn pages (faults/memory.ts).
 */

import {
  EEPROM_BYTES,
  EEPROM_PAGE_BYTES,
  EEPROM_WRITE_US,
  LARGE_EEPROM_PAGE_BYTES,
} from '../../base/limits.ts';
import type { Randomness } from '../../base/randomness.ts';
import { FaultDraw } from '../../faults/draw.ts';
import type { Operations } from '../../faults/operations.ts';
import type { Region } from '../../recording/state/memories.ts';
import type { I2cPart } from './i2c-part.ts';

interface Pending {
  readonly page: number;
  readonly old: Uint8Array;
  /** 1 where a byte was written. */
  readonly written: Uint8Array;
}

export class At24c32 implements I2cPart {
  readonly address = 0x57;
  readonly name: string;
  /** Writes since this process began, by 32 bytes. */
  readonly writes: number[];
  readonly #pageBytes: number;
  readonly #memory: Region;
  readonly #operations: Operations;
  readonly #nowUs: () => number;
  #pointer = 0;
  #busyUntilUs = 0;
  #pending: Pending | undefined;
  readonly #faults: FaultDraw;
  /** Addresses of pages that take no more writes. */
  readonly #worn = new Set<number>();
  /** Addresses of bytes with a stuck bit: its mask, and its value in place. */
  readonly #stuck = new Map<number, { readonly mask: number; readonly value: number }>();

  /** The length of the memory decides which of the two parts it is. */
  constructor(memory: Region, operations: Operations, nowUs: () => number, faults = new FaultDraw(0)) {
    this.#faults = faults;
    const isLarge = memory.bytes.length > EEPROM_BYTES;
    this.name = isLarge ? 'AT24C256' : 'AT24C32';
    this.#pageBytes = isLarge ? LARGE_EEPROM_PAGE_BYTES : EEPROM_PAGE_BYTES;
    this.writes = new Array<number>(memory.bytes.length / EEPROM_PAGE_BYTES).fill(0);
    this.#memory = memory;
    this.#operations = operations;
    this.#nowUs = nowUs;
  }

  ready(): boolean {
    return this.#nowUs() >= this.#busyUntilUs;
  }

  write(bytes: Uint8Array, isStopped = true): void {
    const [high, low] = bytes;
    if (high === undefined || low === undefined) return;
    this.#pointer = ((high << 8) | low) % this.#memory.bytes.length;
    // A stop begins the write cycle (data sheet, Byte Write and Page Write).
    if (bytes.length > 2 && isStopped) this.#writePage(bytes.subarray(2));
  }

  #writePage(data: Uint8Array): void {
    const mask = this.#pageBytes - 1;
    const from = this.#pointer;
    const page = from & ~mask;
    const number = Math.floor(this.#pointer / EEPROM_PAGE_BYTES);
    const old = this.#memory.bytes.slice(page, page + this.#pageBytes);
    const fresh = old.slice();
    const written = new Uint8Array(this.#pageBytes);
    for (const byte of data) {
      const at = this.#pointer & mask;
      fresh[at] = byte;
      written[at] = 1;
      // The counter's low bits wrap; the page stays (data sheet, Page Write).
      this.#pointer = page | ((at + 1) & mask);
    }
    const pending = { page, old, written };
    this.writes[number] = (this.writes[number] ?? 0) + 1;
    this.#operations.onOperation('eeprom', 'write', from, data.length);
    this.#age(pending);
    const torn = this.#faults.strikes('memory.torn');
    this.#operations.run(tear => {
      const how = tear ?? torn;
      this.#memory.write(page, this.#taken(pending, how ? tornPage(pending, fresh, how) : fresh));
      this.#pending = how ? undefined : pending;
      this.#busyUntilUs = this.#nowUs() + EEPROM_WRITE_US;
    });
  }

  /** Lets a fault strike the cells that a write is about to change. */
  #age({ page, old, written }: Pending): void {
    if (this.#faults.strikes('memory.worn')) this.#worn.add(page);
    const stuck = this.#faults.strikes('memory.stuck');
    if (!stuck) return;
    const places = [...written.keys()].filter(at => written[at] === 1);
    const at = places[stuck.below(places.length)] ?? 0;
    const mask = 1 << stuck.below(8);
    this.#stuck.set(page + at, { mask, value: (old[at] ?? 0) & mask });
  }

  /** Returns what the cells of a page take of new contents. */
  #taken({ page, old }: Pending, fresh: Uint8Array): Uint8Array {
    if (this.#worn.has(page)) return old.slice();
    return fresh.map((byte, at) => {
      const { mask = 0, value = 0 } = this.#stuck.get(page + at) ?? {};
      return (byte & ~mask) | value;
    });
  }

  read(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, this.startRead());
  }

  startRead(): () => number {
    const { bytes } = this.#memory;
    return () => {
      const byte = bytes[this.#pointer] ?? 0xff;
      this.#pointer = (this.#pointer + 1) % bytes.length;
      return byte;
    };
  }

  powerOn(): void {}

  /**
   * Tears a write that is still in its 10 ms. The part is busy until their end: the charge of the board outlasts a short
   * loss of its supply, which resets the microcontroller.
   */
  powerOff(): void {
    const pending = this.#pending;
    if (pending && !this.ready()) {
      const fresh = this.#memory.bytes.slice(pending.page, pending.page + this.#pageBytes);
      const torn = tornPage(pending, fresh, this.#operations.tear());
      this.#memory.write(pending.page, this.#taken(pending, torn));
    }
    this.#pending = undefined;
    this.#pointer = 0;
  }
}

function tornPage(pending: Pending, fresh: Uint8Array, randomness: Randomness): Uint8Array {
  const kind = randomness.below(6);
  if (kind === 0) return pending.old.slice();
  if (kind === 1) return fresh;
  const torn = pending.old.slice();
  for (let at = 0; at < torn.length; at++) {
    const group = at - (at % EEPROM_PAGE_BYTES);
    const touched = pending.written.subarray(group, group + EEPROM_PAGE_BYTES).includes(1);
    if (kind === 5 ? !touched : pending.written[at] === 0) continue;
    torn[at] = randomness.pick([pending.old[at] ?? 0xff, fresh[at] ?? 0xff, 0xff, randomness.byte()]);
  }
  return torn;
}
