/** A register of a peripheral, as the manual's register map has it. */
export interface Register {
  /** Bytes from the peripheral's base. */
  readonly at: number;
  /** After a reset of the chip. Default 0. */
  readonly reset?: number;
  /** Bits that software writes. Default: all. */
  readonly rw?: number;
  /** Bits that software clears by writing 1 (`rc_w1`). */
  readonly clearedBy1?: number;
  /** Bits that software clears by writing 0 (`rc_w0`). */
  readonly clearedBy0?: number;
}

/** What a register does beyond keeping its bits. */
export interface Behaviour {
  /** Returns the value that software reads, in place of the kept one. */
  read?(): number;
  /**
   * Called after a write.
   * @param value the bits as they are kept now, unsigned
   * @param before the bits as they were
   * @param written the bits that the write held, unsigned, those outside its mask 0
   */
  written?(value: number, before: number, written: number): void;
}

/**
 * The registers of a peripheral, kept by name. The peripheral reads and changes them as fields; software reads and
 * writes them at their offsets under their rules. Addresses without a register read as 0 and ignore writes.
 */
export class Registers<Name extends string> {
  readonly #table: Readonly<Record<Name, Register>>;
  readonly #names = new Map<number, Name>();
  readonly #behaviour: { readonly [N in Name]?: Behaviour };
  readonly #values = new Map<Name, number>();

  constructor(table: Readonly<Record<Name, Register>>, behaviour: { readonly [N in Name]?: Behaviour } = {}) {
    this.#table = table;
    this.#behaviour = behaviour;
    for (const name of Object.keys(table) as Name[]) this.#names.set(table[name].at, name);
    this.reset();
  }

  reset(): void {
    for (const name of this.#names.values()) this.#values.set(name, (this.#table[name].reset ?? 0) >>> 0);
  }

  /** The kept bits, unsigned. */
  get(name: Name): number {
    return this.#values.get(name) ?? 0;
  }

  /** Sets all bits, as the hardware does. */
  set(name: Name, value: number): void {
    this.#values.set(name, value >>> 0);
  }

  /** Sets some bits and clears others, as the hardware does. */
  change(name: Name, set: number, clear = 0): void {
    this.set(name, (this.get(name) & ~clear) | set);
  }

  has(name: Name, bits: number): boolean {
    return (this.get(name) & bits) !== 0;
  }

  /** A read by software. */
  read(offset: number): number {
    const name = this.#names.get(offset);
    if (name === undefined) return 0;
    const read = this.#behaviour[name]?.read;
    return (read ? read() : this.get(name)) >>> 0;
  }

  /** A write by software. */
  write(offset: number, value: number, mask: number): void {
    const name = this.#names.get(offset);
    if (name === undefined) return;
    const { rw = -1, clearedBy1 = 0, clearedBy0 = 0 } = this.#table[name];
    const before = this.get(name);
    const writable = rw & mask & ~clearedBy1 & ~clearedBy0;
    let after = (before & ~writable) | (value & writable);
    after &= ~(value & mask & clearedBy1);
    after &= ~(~value & mask & clearedBy0);
    this.set(name, after);
    this.#behaviour[name]?.written?.(after >>> 0, before, (value & mask) >>> 0);
  }
}
