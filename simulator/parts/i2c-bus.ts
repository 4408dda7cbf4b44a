import { I2C_BITS_PER_BYTE, I2C_DEFAULT_BITRATE, I2C_TIMEOUT_US } from '../base/limits.ts';
import type { I2cPart } from './part.ts';

/** The part did not acknowledge: no part at that address, or the part is busy. */
export class NoAcknowledge extends Error {}

/**
 * The wires between the microcontroller and its parts. A part that does not acknowledge costs the time that
 * Espruino's STM32 driver polls for it. Addressing a busy part is also recorded as a violation, because a real board
 * stalls for it.
 */
export class I2cBus {
  readonly #parts: readonly I2cPart[];
  readonly #spend: (us: number) => void;
  readonly #violations: string[];
  #bitrate = I2C_DEFAULT_BITRATE;
  #connected = false;

  constructor(parts: readonly I2cPart[], spend: (us: number) => void, violations: string[]) {
    this.#parts = parts;
    this.#spend = spend;
    this.#violations = violations;
  }

  /** `connected`: whether the chosen pins are those of the parts. */
  setup(bitrate: number, connected: boolean): void {
    this.#bitrate = bitrate;
    this.#connected = connected;
  }

  /** Throws NoAcknowledge. */
  write(address: number, bytes: Uint8Array): void {
    const part = this.#address(address, bytes.length);
    part.write(bytes);
  }

  /** Throws NoAcknowledge. */
  read(address: number, count: number): Uint8Array {
    return this.#address(address, count).read(count);
  }

  powerOn(): void {
    for (const part of this.#parts) part.powerOn();
  }

  /** The microcontroller was reset: it must set up its pins again, while the parts keep running. */
  release(): void {
    this.#connected = false;
    this.#bitrate = I2C_DEFAULT_BITRATE;
  }

  powerOff(): void {
    this.release();
    for (const part of this.#parts) part.powerOff();
  }

  #address(address: number, count: number): I2cPart {
    const part = this.#connected ? this.#parts.find(each => each.address === address) : undefined;
    if (part?.ready()) {
      this.#spend(Math.ceil(((count + 1) * I2C_BITS_PER_BYTE * 1e6) / this.#bitrate));
      return part;
    }
    if (part) this.#violations.push(`${part.name} addressed during its write time`);
    this.#spend(I2C_TIMEOUT_US * (count + 1));
    throw new NoAcknowledge();
  }
}
