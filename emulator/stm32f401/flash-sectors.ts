import { FLASH_ADDRESS } from './chip-addresses.ts';

/** A part of the flash that is erased at once. */
export interface FlashSector {
  readonly number: number;
  readonly address: number;
  readonly bytes: number;
  /** Typical time of an erase by the width of its writes, x8 x16 x32, in ms (data sheet, table 44). */
  readonly eraseMs: readonly [number, number, number];
}

/** An STM32F411CE has all of them, an STM32F401CD the first seven (RM0368 §3.3, table 5; RM0383 §3.3, table 5). */
const KILOBYTES = [16, 16, 16, 16, 64, 128, 128, 128];

const ERASE_MS: Readonly<Record<number, readonly [number, number, number]>> = {
  16: [400, 300, 250],
  64: [1200, 700, 550],
  128: [2000, 1300, 1000],
};

const SECTORS: readonly FlashSector[] = KILOBYTES.map((size, number) => ({
  number,
  address: FLASH_ADDRESS + 1024 * KILOBYTES.slice(0, number).reduce((sum, before) => sum + before, 0),
  bytes: size * 1024,
  eraseMs: ERASE_MS[size] ?? [0, 0, 0],
}));

/** Returns the sectors of a chip with so many bytes of flash. */
export function sectorsOf(flashBytes: number): readonly FlashSector[] {
  return SECTORS.filter(({ address }) => address < FLASH_ADDRESS + flashBytes);
}
