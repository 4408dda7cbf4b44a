/**
 * Files of the `bench` board's `require("fs")`: the slots of the state image.
 *
 * Fault envelope. Writing a file and removing one are one non-volatile operation each. If the power is cut in one,
 * the fob's seed decides: a write leaves the old file (1 in 3), the new one (1 in 3), or a prefix of the new one (1
 * in 3); a removal happened or did not. Other files never change.
 */
import { bytesOfText, textOf } from '../../base/bytes.ts';
import { FILE_MAX_BYTES, FILE_NAME_MAX_BYTES, FILE_SLOTS } from '../../base/limits.ts';
import type { Operations } from '../../faults/operations.ts';
import { FILE_SLOT_BYTES, type Region } from '../../recording/state/memories.ts';

const USED = 1;
const SIZE_AT = 4;
const NAME_AT = 8;
const DATA_AT = NAME_AT + FILE_NAME_MAX_BYTES;

export class Files {
  readonly #memory: Region;
  readonly #operations: Operations;

  constructor(memory: Region, operations: Operations) {
    this.#memory = memory;
    this.#operations = operations;
  }

  list(): string[] {
    const names: string[] = [];
    for (let slot = 0; slot < FILE_SLOTS; slot++) {
      const name = this.#name(slot);
      if (name !== undefined) names.push(name);
    }
    return names;
  }

  read(name: string): Uint8Array | undefined {
    const slot = this.#find(name);
    if (slot === undefined) return undefined;
    const size = this.#view(slot).getUint32(SIZE_AT, true);
    return this.#slot(slot).slice(DATA_AT, DATA_AT + size);
  }

  /** Writes a file. False if it does not fit: the name or the file is too long, or no slot is left. */
  write(name: string, data: Uint8Array): boolean {
    const nameBytes = bytesOfText(name);
    if (nameBytes.length === 0 || nameBytes.length > FILE_NAME_MAX_BYTES) return false;
    const slot = this.#find(name) ?? this.#free();
    if (slot === undefined || data.length > FILE_MAX_BYTES) return false;
    this.#operations.onOperation('files', 'write', slot * FILE_SLOT_BYTES, data.length);
    this.#operations.run(tear => {
      const kind = tear ? tear.below(3) : 1;
      if (kind === 0) return;
      const kept = tear && kind === 2 ? data.subarray(0, tear.below(data.length + 1)) : data;
      const bytes = new Uint8Array(DATA_AT + kept.length);
      bytes[0] = USED;
      new DataView(bytes.buffer).setUint32(SIZE_AT, kept.length, true);
      bytes.set(nameBytes, NAME_AT);
      bytes.set(kept, DATA_AT);
      this.#memory.write(slot * FILE_SLOT_BYTES, bytes);
    });
    return true;
  }

  /** Removes a file. False if there is no such file. */
  remove(name: string): boolean {
    const slot = this.#find(name);
    if (slot === undefined) return false;
    this.#operations.onOperation('files', 'erase', slot * FILE_SLOT_BYTES, FILE_SLOT_BYTES);
    this.#operations.run(tear => {
      if (tear && tear.below(2) === 0) return;
      this.#memory.write(slot * FILE_SLOT_BYTES, Uint8Array.of(0));
    });
    return true;
  }

  #slot(slot: number): Uint8Array {
    return this.#memory.bytes.subarray(slot * FILE_SLOT_BYTES, (slot + 1) * FILE_SLOT_BYTES);
  }

  #view(slot: number): DataView {
    const bytes = this.#slot(slot);
    return new DataView(bytes.buffer, bytes.byteOffset);
  }

  #name(slot: number): string | undefined {
    const bytes = this.#slot(slot);
    if (bytes[0] !== USED) return undefined;
    return textOf(bytes.subarray(NAME_AT, DATA_AT)).replace(/\0+$/, '');
  }

  #find(name: string): number | undefined {
    for (let slot = 0; slot < FILE_SLOTS; slot++) if (this.#name(slot) === name) return slot;
    return undefined;
  }

  #free(): number | undefined {
    for (let slot = 0; slot < FILE_SLOTS; slot++) if (this.#name(slot) === undefined) return slot;
    return undefined;
  }
}
