import { areBytes, UsageError } from '@passfob/simulator/for-emulator';
import { FLASH_ADDRESS, RAM_ADDRESS } from '../stm32f401/chip-addresses.ts';
import { type BoardKind, KINDS } from './kinds.ts';

/** Exceptions of the processor itself at the head of a vector table, the stack pointer among them. */
const VECTORS = 16;
const VECTOR_TABLE_SPAN = 4 * VECTORS;

/** A program for the chip. */
export interface Firmware {
  readonly bytes: Uint8Array;
  /** Address of its first byte, which begins its vector table. */
  readonly address: number;
}

/** Bytes that are no program for this chip; the message says why. */
export class BadFirmware extends UsageError {}

/**
 * Finds out where a program belongs: at 0x08000000, or behind bootloader and Storage if that is where its vectors point.
 * @param address where the caller knows it
 * @throws BadFirmware
 */
export function firmwareOf(bytes: Uint8Array, address?: number, kind: BoardKind = KINDS.pico): Firmware {
  if (!areBytes(bytes)) throw notBytes(bytes);
  const { chip, flashBytes, firmwareAt } = kind;
  if (bytes.length > flashBytes) {
    throw new BadFirmware(
      `this firmware has ${bytes.length} bytes, and the flash of an ${chip} ${flashBytes}: give a .bin file, not .hex, .elf or .lst`,
    );
  }
  if (bytes.length < VECTOR_TABLE_SPAN) throw notFirmware(kind, 'it is too short for a vector table');
  const vectors = vectorsOf(bytes, kind);
  const at = address ?? (Math.min(...vectors) >= firmwareAt ? firmwareAt : FLASH_ADDRESS);
  const free = FLASH_ADDRESS + flashBytes - at;
  if (bytes.length > free) {
    throw new BadFirmware(
      `this firmware has ${bytes.length} bytes: behind 0x${at.toString(16)}, where it belongs, there are ${free}`,
    );
  }
  if (vectors.some(vector => vector < at)) throw notFirmware(kind, 'its vectors point outside of it');
  if (vectors.some(vector => vector >= at + bytes.length)) {
    throw notFirmware(kind, 'its vectors point behind its end; perhaps a part of the file is missing');
  }
  return { bytes, address: at };
}

/** Returns the addresses of the handlers of reset and of the faults (ARMv7-M ARM B1.5.3). */
function vectorsOf(bytes: Uint8Array, kind: BoardKind): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stack = view.getUint32(0, true);
  if (stack % 4 !== 0 || stack <= RAM_ADDRESS || stack > RAM_ADDRESS + kind.ramBytes) {
    throw notFirmware(kind, 'its stack would not begin in the SRAM');
  }
  const handlers = Array.from({ length: VECTORS - 1 }, (_, index) => view.getUint32(4 * (index + 1), true));
  const given = handlers.filter(handler => handler !== 0);
  if (handlers[0] === 0 || given.some(handler => (handler & 1) === 0)) {
    throw notFirmware(kind, 'a vector is no Thumb code');
  }
  return given.map(handler => inFlash(handler - 1, kind));
}

/** Programs may be linked for the alias of the flash at 0, as Espruino is (RM0368 §2.4). */
function inFlash(address: number, { flashBytes }: BoardKind): number {
  return address < flashBytes ? address + FLASH_ADDRESS : address;
}

function notFirmware({ chip }: BoardKind, why: string): BadFirmware {
  return new BadFirmware(
    `this is no firmware of an ${chip.slice(0, 9)} (a .bin file, not .hex or .elf): ${why}`,
  );
}

function notBytes(given: unknown): BadFirmware {
  if (given === undefined) return new BadFirmware('firmware is missing: give the bytes of a .bin file');
  const next = typeof given === 'string' ? ': readFileSync(path) reads them from a file' : '';
  return new BadFirmware(`firmware must be the bytes of a .bin file, a Uint8Array${next}`);
}

/** @throws BadFirmware unless these bytes may be the whole flash of an earlier chip */
export function checkFlash(flash: Uint8Array): void {
  const { flashBytes } = KINDS.pico;
  if (areBytes(flash) && flash.length === flashBytes) return;
  throw new BadFirmware(`flash must be the ${flashBytes} bytes that another chip has as its flash`);
}

/** Returns the flash of a new chip with a program on it. */
export function programmed({ bytes, address }: Firmware, kind: BoardKind = KINDS.pico): Uint8Array {
  const flash = new Uint8Array(kind.flashBytes).fill(0xff);
  putFirmware(flash, { bytes, address });
  return flash;
}

/**
 * Puts a program into a flash that keeps its other contents. One that does not begin with the flash is started by the
 * board's bootloader; in place of it the first two words start the program at once.
 */
export function putFirmware(flash: Uint8Array, { bytes, address }: Firmware): void {
  flash.set(bytes, address - FLASH_ADDRESS);
  if (address !== FLASH_ADDRESS) flash.set(bytes.subarray(0, 8), 0);
}

/** Whether a flash holds this program. Its erased bytes are free for others: Storage, in a program that reaches around it. */
export function holdsFirmware(flash: Uint8Array, { bytes, address }: Firmware): boolean {
  const at = address - FLASH_ADDRESS;
  return bytes.every((byte, index) => byte === 0xff || flash[at + index] === byte);
}
