/** Where each peripheral's registers begin (RM0368 §2.3, table 1), by the manual's names. */
export const BASE = {
  TIM2: 0x4000_0000,
  TIM3: 0x4000_0400,
  TIM4: 0x4000_0800,
  TIM5: 0x4000_0c00,
  RTC: 0x4000_2800,
  WWDG: 0x4000_2c00,
  IWDG: 0x4000_3000,
  SPI2: 0x4000_3800,
  SPI3: 0x4000_3c00,
  USART2: 0x4000_4400,
  I2C1: 0x4000_5400,
  I2C2: 0x4000_5800,
  I2C3: 0x4000_5c00,
  PWR: 0x4000_7000,
  TIM1: 0x4001_0000,
  USART1: 0x4001_1000,
  USART6: 0x4001_1400,
  ADC1: 0x4001_2000,
  SDIO: 0x4001_2c00,
  SPI1: 0x4001_3000,
  SPI4: 0x4001_3400,
  SYSCFG: 0x4001_3800,
  EXTI: 0x4001_3c00,
  TIM9: 0x4001_4000,
  TIM10: 0x4001_4400,
  TIM11: 0x4001_4800,
  GPIOA: 0x4002_0000,
  GPIOB: 0x4002_0400,
  GPIOC: 0x4002_0800,
  GPIOD: 0x4002_0c00,
  GPIOE: 0x4002_1000,
  GPIOH: 0x4002_1c00,
  CRC: 0x4002_3000,
  RCC: 0x4002_3800,
  FLASH: 0x4002_3c00,
  DMA1: 0x4002_6000,
  DMA2: 0x4002_6400,
  DBGMCU: 0xe004_2000,
  OTG_FS: 0x5000_0000,
} as const;

const KILOBYTE = 1024;

/** Registers answer in blocks of this many bytes, apart from OTG_FS, which takes 256 kB. */
export const PERIPHERAL_BYTES = KILOBYTE;

export const FLASH_ADDRESS = 0x0800_0000;
/** Of the SRAM. */
export const RAM_ADDRESS = 0x2000_0000;
/** The program in ROM that loads firmware over a wire, 30 kB (RM0368 §2.4). */
export const SYSTEM_MEMORY_ADDRESS = 0x1fff_0000;
/** The chip's number, 96 bits (RM0368 §24.1). */
export const UNIQUE_ID_ADDRESS = 0x1fff_7a10;
/** A half-word: the size of the flash in kB (RM0368 §24.2). */
export const FLASH_SIZE_ADDRESS = 0x1fff_7a22;
/** Half-words: what the factory's ADC read for VREFINT, and for the temperature sensor at 30 °C and at 110 °C. */
export const ADC_CALIBRATION_ADDRESS = 0x1fff_7a2a;
/** Bits of peripherals, each as a word (RM0368 §2.3.3). */
export const PERIPHERAL_BITS_ADDRESS = 0x4200_0000;
/** Bits of the SRAM, each as a word. */
export const RAM_BITS_ADDRESS = 0x2200_0000;
