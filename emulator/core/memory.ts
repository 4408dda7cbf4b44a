import type { Bus } from './bus.ts';

/** Flash and RAM of a processor, and the bus to everything else. */
export interface MemoryOptions {
  readonly flash: Uint8Array;
  /** Address of the flash, which answers at address 0, too, as after a boot from flash (RM0368 §2.4). Default 0x08000000. */
  readonly flashAt?: number;
  readonly ram: Uint8Array;
  /** Address of the RAM. Default 0x20000000. */
  readonly ramAt?: number;
  readonly bus: Bus;
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array) =>
  new DataView(buffer, byteOffset, byteLength);

/**
 * Loads and stores by address, little-endian, at any alignment. Addresses may be signed or unsigned. All of them throw
 * the ProcessorFault of the bus.
 */
export class Memory {
  readonly flashAt: number;
  readonly flashBytes: number;
  readonly #flash: DataView;
  readonly #ram: DataView;
  readonly #ramAt: number;
  readonly #ramBytes: number;
  readonly #bus: Bus;

  constructor(options: MemoryOptions) {
    const { flash, flashAt = 0x0800_0000, ram, ramAt = 0x2000_0000, bus } = options;
    this.flashAt = flashAt;
    this.flashBytes = flash.byteLength;
    this.#flash = viewOf(flash);
    this.#ram = viewOf(ram);
    this.#ramAt = ramAt;
    this.#ramBytes = ram.byteLength;
    this.#bus = bus;
  }

  /** Returns a word, signed. */
  load32(address: number): number {
    const inRam = (address - this.#ramAt) >>> 0;
    if (inRam <= this.#ramBytes - 4) return this.#ram.getInt32(inRam, true);
    const atZero = address >>> 0;
    if (atZero <= this.flashBytes - 4) return this.#flash.getInt32(atZero, true);
    const inFlash = (address - this.flashAt) >>> 0;
    if (inFlash <= this.flashBytes - 4) return this.#flash.getInt32(inFlash, true);
    return this.#bus.read(atZero, 4) | 0;
  }

  load16(address: number): number {
    const inRam = (address - this.#ramAt) >>> 0;
    if (inRam <= this.#ramBytes - 2) return this.#ram.getUint16(inRam, true);
    const atZero = address >>> 0;
    if (atZero <= this.flashBytes - 2) return this.#flash.getUint16(atZero, true);
    const inFlash = (address - this.flashAt) >>> 0;
    if (inFlash <= this.flashBytes - 2) return this.#flash.getUint16(inFlash, true);
    return this.#bus.read(atZero, 2) & 0xffff;
  }

  load8(address: number): number {
    const inRam = (address - this.#ramAt) >>> 0;
    if (inRam < this.#ramBytes) return this.#ram.getUint8(inRam);
    const atZero = address >>> 0;
    if (atZero < this.flashBytes) return this.#flash.getUint8(atZero);
    const inFlash = (address - this.flashAt) >>> 0;
    if (inFlash < this.flashBytes) return this.#flash.getUint8(inFlash);
    return this.#bus.read(atZero, 1) & 0xff;
  }

  store32(address: number, value: number): void {
    const inRam = (address - this.#ramAt) >>> 0;
    if (inRam <= this.#ramBytes - 4) this.#ram.setInt32(inRam, value, true);
    else this.#bus.write(address >>> 0, value >>> 0, 4);
  }

  store16(address: number, value: number): void {
    const inRam = (address - this.#ramAt) >>> 0;
    if (inRam <= this.#ramBytes - 2) this.#ram.setInt16(inRam, value, true);
    else this.#bus.write(address >>> 0, value & 0xffff, 2);
  }

  store8(address: number, value: number): void {
    const inRam = (address - this.#ramAt) >>> 0;
    if (inRam < this.#ramBytes) this.#ram.setInt8(inRam, value);
    else this.#bus.write(address >>> 0, value & 0xff, 1);
  }
}
