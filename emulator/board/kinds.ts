import { ESPRUINO_WIFI, PICO } from '@passfob/simulator/for-emulator';
import { FLASH_ADDRESS } from '../stm32f401/chip-addresses.ts';

const KILOBYTE = 1024;

/** What differs between the boards whose microcontroller this is, all with the same pins (RM0368, RM0383). */
export interface BoardKind {
  readonly board: 'pico' | 'espruino-wifi';
  /** Its microcontroller. */
  readonly chip: string;
  readonly flashBytes: number;
  readonly ramBytes: number;
  /** Where Espruino lies, behind the bootloader and Storage (boards/PICO_R1_3.py, boards/ESPRUINOWIFI.py). */
  readonly firmwareAt: number;
  /** Where Espruino keeps files, from the beginning of the flash. */
  readonly storage: { readonly at: number; readonly bytes: number; readonly pageBytes: number };
}

/** What the surroundings of a chip know of it. */
export type ChipMemory = Pick<BoardKind, 'chip' | 'flashBytes' | 'storage'>;

const storageIn = ({ flash }: typeof PICO): BoardKind['storage'] => ({
  at: flash.at - FLASH_ADDRESS,
  bytes: flash.pageBytes * flash.pages,
  pageBytes: flash.pageBytes,
});

export const KINDS: Readonly<Record<BoardKind['board'], BoardKind>> = {
  pico: {
    board: 'pico',
    chip: 'STM32F401CD',
    flashBytes: 384 * KILOBYTE,
    ramBytes: 96 * KILOBYTE,
    firmwareAt: 0x0801_0000,
    storage: storageIn(PICO),
  },
  'espruino-wifi': {
    board: 'espruino-wifi',
    chip: 'STM32F411CE',
    flashBytes: 512 * KILOBYTE,
    ramBytes: 128 * KILOBYTE,
    firmwareAt: 0x0802_0000,
    storage: storageIn(ESPRUINO_WIFI),
  },
};
