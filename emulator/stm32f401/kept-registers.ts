import type { Peripheral } from '../base/peripheral.ts';

/** A peripheral that is not modelled: its registers keep what software writes, and nothing happens. */
export class KeptRegisters implements Peripheral {
  readonly name: string;
  readonly #values = new Map<number, number>();

  constructor(name: string) {
    this.name = name;
  }

  reset(): void {
    this.#values.clear();
  }

  read(offset: number): number {
    return this.#values.get(offset) ?? 0;
  }

  write(offset: number, value: number, mask: number): void {
    this.#values.set(offset, ((this.read(offset) & ~mask) | (value & mask)) >>> 0);
  }
}
