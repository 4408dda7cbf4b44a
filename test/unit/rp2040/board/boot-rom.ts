import { FLASH_BYTES } from './firmware-file.ts';

/** Bytes of the boot ROM (RP2040 data sheet §2.8). */
export const BOOT_ROM_BYTES = 16 * 1024;
/** Where it says the address of its table of functions, of two half-words each: two letters and an address (§2.8.3). */
const TABLE_POINTER_AT = 0x14;
/** Stops the emulated processor with a number, and returns to the caller: BKPT #n; BX LR. */
const BREAKPOINT = 0xbe00;
const RETURN = 0x4770;

/** The functions of the boot ROM that work on the flash (§2.8.3.1.3): the ways to it, erasing, programming, its cache. */
const FLASH_FUNCTIONS = ['IF', 'EX', 'RE', 'RP', 'FC', 'CX'] as const;
export type FlashFunction = (typeof FLASH_FUNCTIONS)[number];

/**
 * A boot ROM whose functions for the flash stop the processor: rp2040js has no flash chip behind its SSI. Everything else
 * in it runs as it is.
 */
export interface TrappedRom {
  readonly words: Uint32Array;
  /** Returns the function that stopped the processor by this breakpoint. */
  functionOf(breakpoint: number): FlashFunction | undefined;
}

/** @throws Error for bytes that are no boot ROM of an RP2040 */
export function trappedRom(bytes: Uint8Array): TrappedRom {
  if (bytes.length !== BOOT_ROM_BYTES) throw new Error(`a boot ROM has ${BOOT_ROM_BYTES} bytes`);
  const halves = new Uint16Array(Uint8Array.from(bytes).buffer);
  const half = (address: number) => halves[address / 2] ?? 0;
  const found = new Set<FlashFunction>();
  for (let at = half(TABLE_POINTER_AT); half(at) !== 0; at += 4) {
    const letters = String.fromCharCode(half(at) & 0xff, half(at) >> 8);
    const name = FLASH_FUNCTIONS.find(each => each === letters);
    if (name === undefined) continue;
    found.add(name);
    const entry = (half(at + 2) & ~1) / 2;
    halves[entry] = BREAKPOINT + FLASH_FUNCTIONS.indexOf(name);
    halves[entry + 1] = RETURN;
  }
  if (found.size !== FLASH_FUNCTIONS.length) throw new Error('this boot ROM lacks functions for the flash');
  return { words: new Uint32Array(halves.buffer), functionOf: breakpoint => FLASH_FUNCTIONS[breakpoint] };
}

/** @throws Error where a program names bytes that the flash does not have */
export function checkSpan(at: number, length: number, unit: number): void {
  if (at % unit === 0 && length % unit === 0 && at + length <= FLASH_BYTES) return;
  throw new Error(`the firmware changes ${length} bytes of flash from ${at}, in units of ${unit}`);
}
