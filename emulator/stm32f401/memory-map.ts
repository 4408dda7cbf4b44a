/**
 * The chip's addresses outside flash and SRAM (RM0368 §2.3, ARMv7-M ARM B3.1). Reserved addresses between the
 * peripherals of a bus read as 0 and ignore writes; everywhere else a bus fault says that nothing answers.
 */
import type { Peripheral } from '../base/peripheral.ts';
import type { Bus } from '../core/bus.ts';
import { ProcessorFault } from '../core/fault.ts';
import {
  BASE,
  FLASH_ADDRESS,
  PERIPHERAL_BITS_ADDRESS,
  PERIPHERAL_BYTES,
  RAM_ADDRESS,
  RAM_BITS_ADDRESS,
  SYSTEM_MEMORY_ADDRESS,
} from './chip-addresses.ts';
import { KeptRegisters } from './kept-registers.ts';
import { SYSTEM_MEMORY_SPAN } from './system-memory.ts';

const PERIPHERALS = 0x4000_0000;
/** The AHB begins here, behind both APBs. */
const AHB = 0x4002_0000;
const AHB_END = 0x4002_7000;
/** A megabyte of bits, each a word. */
const BITS_SPAN = 0x0200_0000;
const OTG_SPAN = 0x4_0000;
/** The private peripheral bus: parts of the processor itself. */
const PRIVATE = 0xe000_0000;
const PRIVATE_SPAN = 0x10_0000;
const PRIVATE_BLOCK = 0x1000;

/** Takes writes of software to the flash. */
export interface FlashStores {
  /** @param address from the beginning of the address space, @param bytes 1, 2 or 4 */
  write(address: number, value: number, bytes: number): void;
}

export interface MapOptions {
  readonly flash: Uint8Array;
  readonly ram: Uint8Array;
  readonly systemMemory: Uint8Array;
  /** By the names of `BASE`. Those without a model keep their registers. */
  readonly peripherals: ReadonlyMap<string, Peripheral>;
  /** Of the private bus, by the base address of their 4 kB. Those without a model keep their registers. */
  readonly processor: ReadonlyMap<number, Peripheral>;
  readonly flashWrites: FlashStores;
  /** Whether a peripheral has its clock: without it, it reads as 0 and ignores writes. Default: all have. */
  isClocked?(name: string): boolean;
}

export class MemoryMap implements Bus {
  readonly #options: MapOptions;
  /** By thousands of bytes from 0x40000000. */
  readonly #blocks: (Peripheral | undefined)[] = new Array((AHB_END - PERIPHERALS) / PERIPHERAL_BYTES);
  readonly #private: (Peripheral | undefined)[] = new Array(PRIVATE_SPAN / PRIVATE_BLOCK);
  readonly #otg: Peripheral;
  readonly #kept: KeptRegisters[] = [];
  /** Peripherals without their clock, as of the last change of RCC. */
  readonly #unclocked = new Set<Peripheral>();
  readonly #flash: DataView;
  readonly #ram: DataView;
  readonly #system: DataView;

  constructor(options: MapOptions) {
    this.#options = options;
    this.#flash = viewOf(options.flash);
    this.#ram = viewOf(options.ram);
    this.#system = viewOf(options.systemMemory);
    for (const [name, base] of Object.entries(BASE)) {
      const block = (base - PERIPHERALS) / PERIPHERAL_BYTES;
      if (block < this.#blocks.length) this.#blocks[block] = this.#named(name);
    }
    this.#otg = this.#named('OTG_FS');
    for (let block = 0; block < this.#private.length; block++) {
      this.#private[block] = options.processor.get(PRIVATE + block * PRIVATE_BLOCK);
    }
    this.#lookAtClocks();
  }

  #named(name: string): Peripheral {
    const modelled = this.#options.peripherals.get(name);
    if (modelled) return modelled;
    const kept = new KeptRegisters(name);
    this.#kept.push(kept);
    return kept;
  }

  /** Resets the peripherals that are not modelled. Call it after the reset of all others. */
  reset(): void {
    for (const kept of this.#kept) kept.reset();
    this.#lookAtClocks();
  }

  /** Asking for each access would be slow, and clocks change by a write to RCC only. */
  #lookAtClocks(): void {
    const { isClocked } = this.#options;
    if (!isClocked) return;
    this.#unclocked.clear();
    for (const peripheral of [...this.#blocks, this.#otg]) {
      if (peripheral && !isClocked(peripheral.name)) this.#unclocked.add(peripheral);
    }
  }

  read(address: number, bytes: number): number {
    if (address >= PERIPHERALS && address < AHB_END) {
      return this.#readRegister(
        this.#blocks[((address - PERIPHERALS) / PERIPHERAL_BYTES) | 0],
        address,
        bytes,
      );
    }
    if (address >= BASE.OTG_FS && address < BASE.OTG_FS + OTG_SPAN) {
      return this.#readRegister(this.#otg, address, bytes);
    }
    if (address >= PRIVATE && address < PRIVATE + PRIVATE_SPAN) {
      return this.#readRegister(this.#privateAt(address), address, bytes);
    }
    const bit = bitAt(address);
    if (bit !== undefined)
      return (this.#readWord(bit.address & ~3) >>> ((bit.address & 3) * 8 + bit.number)) & 1;
    const memory = this.#memoryAt(address, bytes);
    return memory === undefined ? this.#nothing(address) : readBytes(memory.view, memory.at, bytes);
  }

  write(address: number, value: number, bytes: number): void {
    if (address >= PERIPHERALS && address < AHB_END) {
      this.#writeRegister(
        this.#blocks[((address - PERIPHERALS) / PERIPHERAL_BYTES) | 0],
        address,
        value,
        bytes,
      );
      return;
    }
    if (address >= BASE.OTG_FS && address < BASE.OTG_FS + OTG_SPAN) {
      this.#writeRegister(this.#otg, address, value, bytes);
      return;
    }
    if (address >= PRIVATE && address < PRIVATE + PRIVATE_SPAN) {
      this.#writeRegister(this.#privateAt(address), address, value, bytes);
      return;
    }
    const bit = bitAt(address);
    if (bit !== undefined) {
      const shift = (bit.address & 3) * 8 + bit.number;
      const word = this.#readWord(bit.address & ~3);
      this.#writeWord(bit.address & ~3, (word & ~(1 << shift)) | ((value & 1) << shift));
      return;
    }
    const { flash } = this.#options;
    if (address >= FLASH_ADDRESS && address < FLASH_ADDRESS + flash.length) {
      this.#options.flashWrites.write(address, value, bytes);
    } else if (address < flash.length) {
      this.#options.flashWrites.write(address + FLASH_ADDRESS, value, bytes);
    } else this.#nothing(address);
  }

  #privateAt(address: number): Peripheral {
    const block = ((address - PRIVATE) / PRIVATE_BLOCK) | 0;
    const known = this.#private[block];
    if (known) return known;
    const kept = new KeptRegisters(
      `the processor's registers at ${(PRIVATE + block * PRIVATE_BLOCK).toString(16)}`,
    );
    this.#kept.push(kept);
    this.#private[block] = kept;
    return kept;
  }

  #readRegister(peripheral: Peripheral | undefined, address: number, bytes: number): number {
    if (address & (bytes - 1)) throw new ProcessorFault('unaligned', address);
    if (!peripheral || this.#unclocked.has(peripheral)) return 0;
    const word = peripheral.read(offsetOf(address) & ~3);
    if (bytes === 4) return word;
    return (word >>> ((address & 3) * 8)) & (bytes === 1 ? 0xff : 0xffff);
  }

  #writeRegister(peripheral: Peripheral | undefined, address: number, value: number, bytes: number): void {
    if (address & (bytes - 1)) throw new ProcessorFault('unaligned', address);
    if (!peripheral || this.#unclocked.has(peripheral)) return;
    this.#writeTo(peripheral, address, value, bytes);
    if (peripheral.name === 'RCC') this.#lookAtClocks();
  }

  #writeTo(peripheral: Peripheral, address: number, value: number, bytes: number): void {
    const offset = offsetOf(address) & ~3;
    if (bytes === 4) peripheral.write(offset, value >>> 0, -1);
    // The bridges to the APBs repeat a byte or a half-word all over the word (RM0368 §2.1, AHB/APB bridges).
    else if (address >= PERIPHERALS && address < AHB) peripheral.write(offset, repeated(value, bytes), -1);
    else {
      const shift = (address & 3) * 8;
      const mask = (bytes === 1 ? 0xff : 0xffff) << shift;
      peripheral.write(offset, ((value << shift) & mask) >>> 0, mask);
    }
  }

  #readWord(address: number): number {
    if (address >= PERIPHERALS) return this.read(address, 4);
    return this.#ram.getUint32(this.#ramOffset(address), true);
  }

  #writeWord(address: number, value: number): void {
    if (address >= PERIPHERALS) this.write(address, value, 4);
    else this.#ram.setUint32(this.#ramOffset(address), value, true);
  }

  #ramOffset(address: number): number {
    const at = address - RAM_ADDRESS;
    return at < this.#ram.byteLength ? at : this.#nothing(address);
  }

  /** Memories that the processor does not read by itself. The boot pins of the board put the flash at 0 (RM0368 §2.4). */
  #memoryAt(address: number, bytes: number): { readonly view: DataView; readonly at: number } | undefined {
    if (address + bytes <= this.#flash.byteLength) return { view: this.#flash, at: address };
    const inSystem = address - SYSTEM_MEMORY_ADDRESS;
    if (inSystem >= 0 && inSystem + bytes <= SYSTEM_MEMORY_SPAN) return { view: this.#system, at: inSystem };
    return undefined;
  }

  #nothing(address: number): never {
    throw new ProcessorFault('data-bus', address);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Returns the offset from the base of a peripheral. */
function offsetOf(address: number): number {
  if (address >= PRIVATE) return address & (PRIVATE_BLOCK - 1);
  return address >= BASE.OTG_FS ? address - BASE.OTG_FS : address & (PERIPHERAL_BYTES - 1);
}

function readBytes(view: DataView, at: number, bytes: number): number {
  if (bytes === 4) return view.getUint32(at, true);
  return bytes === 2 ? view.getUint16(at, true) : view.getUint8(at);
}

function repeated(value: number, bytes: number): number {
  return bytes === 1 ? ((value & 0xff) * 0x0101_0101) >>> 0 : ((value & 0xffff) * 0x0001_0001) >>> 0;
}

/** The byte and bit behind an address in a bit-band alias (ARMv7-M ARM B3.1, RM0368 §2.3.3). */
function bitAt(address: number): { readonly address: number; readonly number: number } | undefined {
  const base =
    address >= PERIPHERAL_BITS_ADDRESS && address < PERIPHERAL_BITS_ADDRESS + BITS_SPAN
      ? PERIPHERALS
      : address >= RAM_BITS_ADDRESS && address < RAM_BITS_ADDRESS + BITS_SPAN
        ? RAM_ADDRESS
        : undefined;
  if (base === undefined) return undefined;
  const offset = address & (BITS_SPAN - 1);
  return { address: base + (offset >>> 5), number: (offset >>> 2) & 7 };
}
