/**
 * The microcontroller's flash that holds Storage: writing turns bits from 1 to 0, erasing a page turns them back to
 * 1.
 *
 * Fault envelope. A write and the erasure of a page are one non-volatile operation each. If the power is cut in one,
 * the fob's seed decides:
 * - write: nothing of it (1 in 4), all of it (1 in 4), or a prefix cut at any byte (2 in 4);
 * - erasure: nothing (1 in 4), all (1 in 4), or every byte of the page is, independently, old or 0xFF (2 in 4).
 *   Stricter than flash: writing a 1 over a 0 is recorded as a violation and leaves both values' zeros.
 */

import type { Randomness } from '../../base/randomness.ts';
import type { Operations } from '../../faults/operations.ts';
import type { Region } from '../../recording/state/memories.ts';
import { type FlashTiming, STM32_FLASH } from '../wiring/flash-timing.ts';

const ERASED = 0xff;

export class Flash {
  readonly pageBytes: number;
  readonly length: number;
  /** Erasures since this process began, by page. */
  readonly erases: number[];
  #writes = 0;
  readonly #memory: Region;
  readonly #operations: Operations;
  readonly #spend: (us: number) => void;
  readonly #violations: string[];
  readonly #timing: FlashTiming;

  constructor(options: {
    memory: Region;
    pageBytes: number;
    operations: Operations;
    spend(us: number): void;
    violations: string[];
    timing?: FlashTiming;
  }) {
    this.#timing = options.timing ?? STM32_FLASH;
    this.#memory = options.memory;
    this.pageBytes = options.pageBytes;
    this.length = options.memory.bytes.length;
    this.#operations = options.operations;
    this.#spend = options.spend;
    this.#violations = options.violations;
    this.erases = new Array<number>(this.length / this.pageBytes).fill(0);
  }

  get writes(): number {
    return this.#writes;
  }

  /** Counts a write or an erasure that a chip made by itself. */
  wear(kind: 'write' | 'erase', at: number): void {
    const page = Math.floor(at / this.pageBytes);
    if (kind === 'write') this.#writes++;
    else this.erases[page] = (this.erases[page] ?? 0) + 1;
  }

  read(at: number, count: number): Uint8Array {
    return this.#memory.bytes.slice(at, at + count);
  }

  isErased(at: number, count: number): boolean {
    return this.#memory.bytes.subarray(at, at + count).every(byte => byte === ERASED);
  }

  write(at: number, bytes: Uint8Array): void {
    this.#writes++;
    const old = this.read(at, bytes.length);
    const merged = bytes.map((byte, index) => byte & (old[index] ?? 0));
    if (merged.some((byte, index) => byte !== bytes[index])) {
      this.#violations.push('flash written where it was not erased');
    }
    const { unitBytes, unitUs } = this.#timing;
    const units = Math.ceil((at + bytes.length) / unitBytes) - Math.floor(at / unitBytes);
    this.#spend(units * unitUs);
    this.#operations.onOperation('flash', 'write', at, merged.length);
    this.#operations.run(tear => {
      this.#memory.write(at, tear ? merged.subarray(0, tornLength(merged.length, tear)) : merged);
    });
  }

  erasePage(page: number): void {
    this.erases[page] = (this.erases[page] ?? 0) + 1;
    this.#spend(this.#timing.eraseUs);
    const at = page * this.pageBytes;
    this.#operations.onOperation('flash', 'erase', at, this.pageBytes);
    this.#operations.run(tear => {
      const old = this.read(at, this.pageBytes);
      this.#memory.write(at, tear ? tornErasure(old, tear) : new Uint8Array(this.pageBytes).fill(ERASED));
    });
  }

  /** Writes like a programmer at the factory: counts no operation and never tears. */
  program(at: number, bytes: Uint8Array): void {
    this.#memory.write(at, bytes);
  }
}

function tornLength(length: number, randomness: Randomness): number {
  const kind = randomness.below(4);
  if (kind === 0) return 0;
  return kind === 1 ? length : randomness.below(length + 1);
}

function tornErasure(old: Uint8Array, randomness: Randomness): Uint8Array {
  const kind = randomness.below(4);
  if (kind === 0) return old;
  return old.map(byte => (kind === 1 || randomness.below(2) === 0 ? ERASED : byte));
}
