import type { Register } from '../base/registers.ts';

/** RM0368 §18.6. Bits of SR1 below 8 and all of SR2 are the hardware's alone. */
export const I2C_REGISTERS = {
  CR1: { at: 0x00, rw: 0xbffb },
  CR2: { at: 0x04, rw: 0x1f3f },
  OAR1: { at: 0x08, rw: 0xc3ff },
  OAR2: { at: 0x0c, rw: 0xff },
  DR: { at: 0x10, rw: 0xff },
  SR1: { at: 0x14, rw: 0, clearedBy0: 0xdf00 },
  SR2: { at: 0x18, rw: 0 },
  CCR: { at: 0x1c, rw: 0xcfff },
  TRISE: { at: 0x20, reset: 0x02, rw: 0x3f },
  FLTR: { at: 0x24, rw: 0x1f },
} as const satisfies Record<string, Register>;

/** RM0368 §18.6.1 */
export const CR1 = {
  PE: 1,
  START: 1 << 8,
  STOP: 1 << 9,
  ACK: 1 << 10,
  POS: 1 << 11,
  PEC: 1 << 12,
  ALERT: 1 << 13,
  SWRST: 1 << 15,
};

/** RM0368 §18.6.2 */
export const CR2 = { ITERREN: 1 << 8, ITEVTEN: 1 << 9, ITBUFEN: 1 << 10 };

/** RM0368 §18.6.6 */
export const SR1 = {
  SB: 1,
  ADDR: 1 << 1,
  BTF: 1 << 2,
  ADD10: 1 << 3,
  STOPF: 1 << 4,
  RXNE: 1 << 6,
  TXE: 1 << 7,
  BERR: 1 << 8,
  ARLO: 1 << 9,
  AF: 1 << 10,
  OVR: 1 << 11,
  PECERR: 1 << 12,
  TIMEOUT: 1 << 14,
  SMBALERT: 1 << 15,
};

/** RM0368 §18.6.7 */
export const SR2 = { MSL: 1, BUSY: 1 << 1, TRA: 1 << 2 };

const EVENTS = SR1.SB | SR1.ADDR | SR1.ADD10 | SR1.STOPF | SR1.BTF;
const BUFFER_EVENTS = SR1.TXE | SR1.RXNE;
const ERRORS = SR1.BERR | SR1.ARLO | SR1.AF | SR1.OVR | SR1.PECERR | SR1.TIMEOUT | SR1.SMBALERT;

/** Whether CR2 and SR1 request the event interrupt (RM0368 §18.4). */
export function requestsEvent(cr2: number, sr1: number): boolean {
  const events = EVENTS | (cr2 & CR2.ITBUFEN ? BUFFER_EVENTS : 0);
  return (cr2 & CR2.ITEVTEN) !== 0 && (sr1 & events) !== 0;
}

/** Whether CR2 and SR1 request the error interrupt. */
export function requestsError(cr2: number, sr1: number): boolean {
  return (cr2 & CR2.ITERREN) !== 0 && (sr1 & ERRORS) !== 0;
}

/** RM0368 §18.6.8 */
const CCR = { CCR: 0xfff, DUTY: 1 << 14, FS: 1 << 15 };

/** Least values of CCR.CCR (RM0368 §18.6.8). */
const LEAST_COUNT = 4;
const LEAST_COUNT_WITH_DUTY = 1;

/**
 * Returns the cycles of PCLK1 in one period of SCL, by CCR (RM0368 §18.6.8): low and high take the same time in standard
 * mode, 2 to 1 or 16 to 9 in fast mode. CR2.FREQ and TRISE change nothing: they fit the chip to wires that rise slowly,
 * and ours rise at once.
 */
export function cyclesPerBit(ccr: number): number {
  const hasDuty = (ccr & CCR.FS) !== 0 && (ccr & CCR.DUTY) !== 0;
  const count = Math.max(ccr & CCR.CCR, hasDuty ? LEAST_COUNT_WITH_DUTY : LEAST_COUNT);
  if ((ccr & CCR.FS) === 0) return 2 * count;
  return (hasDuty ? 25 : 3) * count;
}
