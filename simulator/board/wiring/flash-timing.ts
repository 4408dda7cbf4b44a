import { FLASH_ERASE_US, FLASH_WORD_BYTES, FLASH_WORD_WRITE_US } from '../../base/limits.ts';

/** Time of a flash: of each unit that a write touches, and of the erasure of a page. */
export interface FlashTiming {
  readonly unitBytes: number;
  readonly unitUs: number;
  readonly eraseUs: number;
}

export const STM32_FLASH: FlashTiming = {
  unitBytes: FLASH_WORD_BYTES,
  unitUs: FLASH_WORD_WRITE_US,
  eraseUs: FLASH_ERASE_US,
};
