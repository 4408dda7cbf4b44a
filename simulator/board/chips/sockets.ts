import type { I2cPart } from './i2c-part.ts';

/** The parts of a board that are on its I2C bus and its supply now. */
export class Sockets {
  readonly #parts: readonly I2cPart[];
  readonly #absent = new Set<I2cPart>();

  /** @param parts all that may be there; all of them are at first */
  constructor(parts: readonly I2cPart[]) {
    this.#parts = parts;
  }

  /** @param address seven bits */
  partAt(address: number): I2cPart | undefined {
    const part = this.#parts.find(each => each.address === address);
    return part && this.isConnected(part) ? part : undefined;
  }

  isConnected(part: I2cPart): boolean {
    return this.#parts.includes(part) && !this.#absent.has(part);
  }

  /**
   * @param powered whether the board is
   * @throws if the part is none of this bus
   */
  connect(part: I2cPart, connected: boolean, powered: boolean): void {
    if (!this.#parts.includes(part)) throw new Error(`${part.name} is no part of this bus`);
    if (connected === this.isConnected(part)) return;
    if (connected) {
      this.#absent.delete(part);
      if (powered) part.powerOn();
    } else {
      this.#absent.add(part);
      if (powered) part.powerOff();
    }
  }

  powerOn(): void {
    for (const part of this.#parts) if (this.isConnected(part)) part.powerOn();
  }

  powerOff(): void {
    for (const part of this.#parts) if (this.isConnected(part)) part.powerOff();
  }
}
