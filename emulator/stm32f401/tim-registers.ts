import type { Register } from '../base/registers.ts';

/** RM0368 §13.4.21. TIM2 and TIM5 count with 32 bits, TIM3 and TIM4 with 16. */
export function timRegisters(max: number) {
  return {
    CR1: { at: 0x00, rw: 0x3ff },
    CR2: { at: 0x04, rw: 0xf8 },
    SMCR: { at: 0x08, rw: 0xfff7 },
    DIER: { at: 0x0c, rw: 0x5f5f },
    SR: { at: 0x10, rw: 0, clearedBy0: 0x1e5f },
    EGR: { at: 0x14, rw: 0x5f },
    CCMR1: { at: 0x18, rw: 0xffff },
    CCMR2: { at: 0x1c, rw: 0xffff },
    CCER: { at: 0x20, rw: 0xbbbb },
    CNT: { at: 0x24, rw: max },
    PSC: { at: 0x28, rw: 0xffff },
    ARR: { at: 0x2c, reset: max, rw: max },
    CCR1: { at: 0x34, rw: max },
    CCR2: { at: 0x38, rw: max },
    CCR3: { at: 0x3c, rw: max },
    CCR4: { at: 0x40, rw: max },
    DCR: { at: 0x48, rw: 0x1f1f },
    DMAR: { at: 0x4c, rw: 0xffff },
    OR: { at: 0x50, rw: 0xcc0 },
  } as const satisfies Record<string, Register>;
}

export type TimRegister = keyof ReturnType<typeof timRegisters>;

export const CR1 = { CEN: 1, UDIS: 1 << 1, URS: 1 << 2, OPM: 1 << 3, DIR: 1 << 4, ARPE: 1 << 7 };

/** Flags of SR, their enables in DIER and their generation by EGR. */
export const TIM_EVENTS = { U: 1, CC: [1 << 1, 1 << 2, 1 << 3, 1 << 4], T: 1 << 6 } as const;

/** A compare channel: where its fields are (RM0368 §13.4.7–13.4.9). */
export interface TimChannel {
  readonly compare: 'CCR1' | 'CCR2' | 'CCR3' | 'CCR4';
  readonly mode: 'CCMR1' | 'CCMR2';
  /** Position of its half of `mode`. */
  readonly modeShift: number;
  /** Position of its fields in CCER. */
  readonly enableShift: number;
  /** Its bit in SR, DIER and EGR. */
  readonly flag: number;
}

export const TIM_CHANNELS: readonly TimChannel[] = [
  { compare: 'CCR1', mode: 'CCMR1', modeShift: 0, enableShift: 0, flag: TIM_EVENTS.CC[0] },
  { compare: 'CCR2', mode: 'CCMR1', modeShift: 8, enableShift: 4, flag: TIM_EVENTS.CC[1] },
  { compare: 'CCR3', mode: 'CCMR2', modeShift: 0, enableShift: 8, flag: TIM_EVENTS.CC[2] },
  { compare: 'CCR4', mode: 'CCMR2', modeShift: 8, enableShift: 12, flag: TIM_EVENTS.CC[3] },
];

/** Fields of a channel's half of CCMR1 or CCMR2: CCxS and OCxPE; OCxM begins at bit 4. */
export const CCMR = { CCS: 3, OCPE: 1 << 3, OCM_SHIFT: 4 };
/** Fields of a channel in CCER: on, and turned upside down. */
export const CCER = { CCE: 1, CCP: 2 };
