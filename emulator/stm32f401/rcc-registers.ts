import type { Register } from '../base/registers.ts';

/** Bits of the enable, reset and low-power registers of each bus, by peripheral (RM0368 §6.3.5–6.3.12). */
export const CLOCKED_PERIPHERALS = {
  AHB1: { GPIOA: 0, GPIOB: 1, GPIOC: 2, GPIOD: 3, GPIOE: 4, GPIOH: 7, CRC: 12, DMA1: 21, DMA2: 22 },
  AHB2: { OTG_FS: 7 },
  APB1: {
    ...{ TIM2: 0, TIM3: 1, TIM4: 2, TIM5: 3, WWDG: 11, SPI2: 14, SPI3: 15 },
    ...{ USART2: 17, I2C1: 21, I2C2: 22, I2C3: 23, PWR: 28 },
  },
  APB2: {
    ...{ TIM1: 0, USART1: 4, USART6: 5, ADC1: 8, SDIO: 11, SPI1: 12, SPI4: 13 },
    ...{ SYSCFG: 14, TIM9: 16, TIM10: 17, TIM11: 18 },
  },
} as const;

type Buses = typeof CLOCKED_PERIPHERALS;
export type ClockedBus = keyof Buses;
/** A peripheral whose clock software turns on and off and that software can reset. */
export type ClockedPeripheral = { [B in ClockedBus]: keyof Buses[B] }[ClockedBus];

/** RM0368 §6.3.25. The bits of reserved peripherals are not kept. */
export const RCC_REGISTERS = {
  CR: { at: 0x00, reset: 0x83, rw: 0x050d_00f9 },
  PLLCFGR: { at: 0x04, reset: 0x2400_3010, rw: 0x0f43_7fff },
  CFGR: { at: 0x08, rw: 0xffff_fcf3 },
  CIR: { at: 0x0c, rw: 0x3f00 },
  AHB1RSTR: { at: 0x10, rw: 0x0060_109f },
  AHB2RSTR: { at: 0x14, rw: 0x80 },
  APB1RSTR: { at: 0x20, rw: 0x10e2_c80f },
  APB2RSTR: { at: 0x24, rw: 0x0007_7931 },
  AHB1ENR: { at: 0x30, rw: 0x0060_109f },
  AHB2ENR: { at: 0x34, rw: 0x80 },
  APB1ENR: { at: 0x40, rw: 0x10e2_c80f },
  APB2ENR: { at: 0x44, rw: 0x0007_7931 },
  AHB1LPENR: { at: 0x50, reset: 0x0061_909f, rw: 0x0061_909f },
  AHB2LPENR: { at: 0x54, reset: 0x80, rw: 0x80 },
  APB1LPENR: { at: 0x60, reset: 0x10e2_c80f, rw: 0x10e2_c80f },
  APB2LPENR: { at: 0x64, reset: 0x0007_7931, rw: 0x0007_7931 },
  BDCR: { at: 0x70, rw: 0x0001_8305 },
  CSR: { at: 0x74, reset: 0x0e00_0000, rw: 0x1 },
  SSCGR: { at: 0x80, rw: 0xcfff_ffff },
  PLLI2SCFGR: { at: 0x84, reset: 0x2400_3000, rw: 0x7000_7fc0 },
  DCKCFGR: { at: 0x8c, rw: 0x0100_0000 },
} as const satisfies Record<string, Register>;

export type RccRegister = keyof typeof RCC_REGISTERS;

export const CR = { HSION: 1, HSIRDY: 2, HSEON: 1 << 16, HSERDY: 1 << 17, PLLON: 1 << 24, PLLRDY: 1 << 25 };
export const CR_PLLI2S = { ON: 1 << 26, RDY: 1 << 27 };
export const PLLCFGR_PLLSRC_HSE = 1 << 22;
export const BDCR = { LSEON: 1, LSERDY: 2, LSEBYP: 4, RTCSEL: 0x300, RTCEN: 1 << 15, BDRST: 1 << 16 };
export const CSR = { LSION: 1, LSIRDY: 2, RMVF: 1 << 24 };
export const DCKCFGR_TIMPRE = 1 << 24;
/** CIR: the flag of each clock that became ready; its enable is 8 bits higher, its clearing bit 16 bits higher. */
export const CIR_FLAGS = { LSI: 1, LSE: 2, HSI: 4, HSE: 8, PLL: 16, PLLI2S: 32 };

/** Why the chip was reset; the flag of CSR for each (RM0368 §6.3.21). Each but power-on also pulls the reset pin. */
export const RESET_FLAGS = {
  pin: 1 << 26,
  power: 1 << 27,
  software: 1 << 28,
  'independent-watchdog': 1 << 29,
  'window-watchdog': 1 << 30,
} as const;

export type ResetCause = keyof typeof RESET_FLAGS;
