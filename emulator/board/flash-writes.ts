import type { Flash, Operations, Region } from '@passfob/simulator/for-emulator';
import { FLASH_ADDRESS } from '../stm32f401/chip-addresses.ts';
import type { FlashOperation } from '../stm32f401/flash-controller.ts';
import type { ChipMemory } from './kinds.ts';
import { tearOperation } from './torn-flash.ts';

/** Operations of the chip's flash as those of the board: kept in its state, counted, and torn where the power is cut. */
export class FlashWrites {
  readonly #place: ChipMemory['storage'];
  readonly #memory: Region;
  readonly #storage: Flash;
  readonly #operations: Operations;
  /** Words of Storage programmed one after the other, which are told as one write. */
  #span = { at: 0, length: 0 };

  /**
   * @param memory the whole flash of the chip
   * @param storage the part of it that is Storage
   */
  constructor(kind: ChipMemory, memory: Region, storage: Flash, operations: Operations) {
    this.#place = kind.storage;
    this.#memory = memory;
    this.#storage = storage;
    this.#operations = operations;
  }

  /** @throws PowerLost if the power is cut in it */
  operate(operation: FlashOperation): void {
    const { address, bytes, kind, apply } = operation;
    const at = address - FLASH_ADDRESS;
    this.#note(kind, at - this.#place.at, bytes);
    const memory = this.#memory;
    this.#operations.run(tear => {
      if (tear) tearOperation(operation, memory.bytes, at, tear);
      else apply();
      memory.write(at, memory.bytes.slice(at, at + bytes));
    });
  }

  #note(kind: FlashOperation['kind'], at: number, bytes: number): void {
    if (at < 0 || at >= this.#place.bytes) return;
    if (kind === 'erase') {
      this.tell();
      this.#storage.wear('erase', at);
      this.#operations.onOperation('flash', 'erase', at, bytes);
      return;
    }
    if (at !== this.#span.at + this.#span.length) this.tell();
    if (this.#span.length === 0) this.#span = { at, length: 0 };
    this.#span.length += bytes;
  }

  /** Tells of the words since the last call. */
  tell(): void {
    const { at, length } = this.#span;
    if (length === 0) return;
    this.#span = { at: 0, length: 0 };
    this.#storage.wear('write', at);
    this.#operations.onOperation('flash', 'write', at, length);
  }
}
