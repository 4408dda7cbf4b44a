import type { Register } from '../base/registers.ts';

/** RM0368 §11.12.15 and §11.12.18. The common registers lie 0x300 above those of ADC1. */
export const ADC_REGISTERS = {
  SR: { at: 0x00, rw: 0, clearedBy0: 0x3f },
  CR1: { at: 0x04, rw: 0x07c0_ffff },
  CR2: { at: 0x08, rw: 0x3f3f_0f03 },
  SMPR1: { at: 0x0c, rw: 0x07ff_ffff },
  SMPR2: { at: 0x10, rw: 0x3fff_ffff },
  JOFR1: { at: 0x14, rw: 0xfff },
  JOFR2: { at: 0x18, rw: 0xfff },
  JOFR3: { at: 0x1c, rw: 0xfff },
  JOFR4: { at: 0x20, rw: 0xfff },
  HTR: { at: 0x24, reset: 0xfff, rw: 0xfff },
  LTR: { at: 0x28, rw: 0xfff },
  SQR1: { at: 0x2c, rw: 0x00ff_ffff },
  SQR2: { at: 0x30, rw: 0x3fff_ffff },
  SQR3: { at: 0x34, rw: 0x3fff_ffff },
  JSQR: { at: 0x38, rw: 0x003f_ffff },
  JDR1: { at: 0x3c, rw: 0 },
  JDR2: { at: 0x40, rw: 0 },
  JDR3: { at: 0x44, rw: 0 },
  JDR4: { at: 0x48, rw: 0 },
  DR: { at: 0x4c, rw: 0 },
  CSR: { at: 0x300, rw: 0 },
  CCR: { at: 0x304, rw: 0x00c3_0000 },
} as const satisfies Record<string, Register>;

export type AdcRegister = keyof typeof ADC_REGISTERS;

export const SR = { AWD: 1, EOC: 2, STRT: 16, OVR: 32 };
export const CR1 = {
  EOCIE: 1 << 5,
  AWDIE: 1 << 6,
  SCAN: 1 << 8,
  AWDSGL: 1 << 9,
  AWDEN: 1 << 23,
  OVRIE: 1 << 26,
};
export const CR2 = { ADON: 1, CONT: 2, EOCS: 1 << 10, ALIGN: 1 << 11, SWSTART: 1 << 30 };
export const CCR = { VBATE: 1 << 22, TSVREFE: 1 << 23 };

/** SMP: cycles of ADCCLK for a sample (RM0368 §11.12.4). */
export const SAMPLE_CYCLES = [3, 15, 28, 56, 84, 112, 144, 480];
/** RES: bits of a result, and as many cycles of ADCCLK to convert (RM0368 §11.7). */
export const RESOLUTION_BITS = [12, 10, 8, 6];
/** ALIGN: places by which a result is moved to the left, by RES (RM0368 §11.4). */
export const LEFT_SHIFTS = [4, 6, 8, 2];
