import type { ChipMemory } from '@passfob/emulator/board/kinds';
import type { Surroundings } from '@passfob/emulator/board/surroundings';
import { FLASH_ADDRESS } from '@passfob/emulator/stm32f401/chip-addresses';
import { PICO } from '@passfob/simulator/for-emulator';
import { type FlashChange, SECTOR_BYTES } from './chip.ts';
import { FLASH_BYTES } from './firmware-file.ts';

/** The flash of a Raspberry Pi Pico, with Espruino's files in the last 256 kB (boards/RP2040_PICO.py). */
export const RP2040: ChipMemory = {
  chip: 'rp2040',
  flashBytes: FLASH_BYTES,
  storage: { at: 0x1c_0000, bytes: 64 * SECTOR_BYTES, pageBytes: SECTOR_BYTES },
};

/** The only key, by the name that it has in the surroundings. */
export const KEY = PICO.keyPins[0] ?? '';

/**
 * Makes a change of the flash as one operation, torn where the power is cut in it. NOR flash clears bits only.
 * @throws PowerLost
 */
export function changeFlash(outside: Surroundings, { kind, at, bytes }: FlashChange): void {
  const { memories, flashWrites, violations } = outside;
  const before = memories.flash.bytes.slice(at, at + bytes.length);
  const after = kind === 'erase' ? bytes : bytes.map((byte, nth) => byte & (before[nth] ?? 0));
  if (after.some((byte, nth) => byte !== bytes[nth]))
    violations.add(() => 'flash programmed where it was not erased');
  flashWrites.operate({
    kind,
    // From where the flash of an STM32 begins, which the operations count from.
    address: FLASH_ADDRESS + at,
    bytes: bytes.length,
    apply: () => memories.flash.bytes.set(after, at),
  });
}
