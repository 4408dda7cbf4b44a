import { Flash, type Operations, PICO, type Region } from '@passfob/simulator/for-emulator';
import { FLASH_ADDRESS } from '../stm32f401/chip-addresses.ts';

/** Where Espruino keeps files on a Pico: three sectors of 16 kB from 0x08004000. */
export const STORAGE_AT = PICO.flash.at - FLASH_ADDRESS;
export const STORAGE_BYTES = PICO.flash.pageBytes * PICO.flash.pages;

/**
 * Returns the part of a chip's flash that is Storage, to look at its files, to put files there as a factory does, and
 * to count its wear. The firmware itself writes by the flash controller.
 * @param flash the whole flash of the chip
 */
export function storageOf(flash: Region, operations: Operations): Flash {
  return new Flash({
    memory: flash.part(STORAGE_AT, STORAGE_BYTES),
    pageBytes: PICO.flash.pageBytes,
    operations,
    spend: () => {},
    violations: [],
  });
}
