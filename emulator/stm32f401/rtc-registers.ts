import type { Register } from '../base/registers.ts';

const ALL = 0xffff_ffff;

/** RM0368 §17.6.20. Twenty words that keep their values over resets of the chip. */
const backupRegisters = {
  ...{ BKP0R: { at: 0x50 }, BKP1R: { at: 0x54 }, BKP2R: { at: 0x58 }, BKP3R: { at: 0x5c } },
  ...{ BKP4R: { at: 0x60 }, BKP5R: { at: 0x64 }, BKP6R: { at: 0x68 }, BKP7R: { at: 0x6c } },
  ...{ BKP8R: { at: 0x70 }, BKP9R: { at: 0x74 }, BKP10R: { at: 0x78 }, BKP11R: { at: 0x7c } },
  ...{ BKP12R: { at: 0x80 }, BKP13R: { at: 0x84 }, BKP14R: { at: 0x88 }, BKP15R: { at: 0x8c } },
  ...{ BKP16R: { at: 0x90 }, BKP17R: { at: 0x94 }, BKP18R: { at: 0x98 }, BKP19R: { at: 0x9c } },
};

/** RM0368 §17.6.21. Time stamps and tamper detection are not modelled: their registers keep their bits. */
export const RTC_REGISTERS = {
  TR: { at: 0x00, rw: 0x007f_7f7f },
  DR: { at: 0x04, reset: 0x2101, rw: 0x00ff_ff3f },
  CR: { at: 0x08, rw: 0x00ff_ffff },
  ISR: { at: 0x0c, reset: 0x07, rw: 0x80, clearedBy0: 0x3f20 },
  PRER: { at: 0x10, reset: 0x007f_00ff, rw: 0x007f_7fff },
  WUTR: { at: 0x14, reset: 0xffff, rw: 0xffff },
  CALIBR: { at: 0x18, rw: 0x9f },
  ALRMAR: { at: 0x1c, rw: ALL },
  ALRMBR: { at: 0x20, rw: ALL },
  WPR: { at: 0x24, rw: 0 },
  SSR: { at: 0x28, rw: 0 },
  SHIFTR: { at: 0x2c, rw: 0 },
  TSTR: { at: 0x30, rw: 0 },
  TSDR: { at: 0x34, rw: 0 },
  TSSSR: { at: 0x38, rw: 0 },
  CALR: { at: 0x3c, rw: 0xe1ff },
  TAFCR: { at: 0x40, rw: 0x0007_ffff },
  ALRMASSR: { at: 0x44, rw: 0x0f00_7fff },
  ALRMBSSR: { at: 0x48, rw: 0x0f00_7fff },
  ...backupRegisters,
} as const satisfies Record<string, Register>;

export type RtcRegister = keyof typeof RTC_REGISTERS;

/** RM0368 §17.6.3. */
export const RTC_CR = {
  WUCKSEL: 7,
  REFCKON: 1 << 4,
  BYPSHAD: 1 << 5,
  FMT: 1 << 6,
  DCE: 1 << 7,
  ALRAE: 1 << 8,
  ALRBE: 1 << 9,
  WUTE: 1 << 10,
  ALRAIE: 1 << 12,
  ALRBIE: 1 << 13,
  WUTIE: 1 << 14,
  ADD1H: 1 << 16,
  SUB1H: 1 << 17,
};

/** RM0368 §17.6.4. */
export const RTC_ISR = {
  ALRAWF: 1,
  ALRBWF: 1 << 1,
  WUTWF: 1 << 2,
  INITS: 1 << 4,
  RSF: 1 << 5,
  INITF: 1 << 6,
  INIT: 1 << 7,
  ALRAF: 1 << 8,
  ALRBF: 1 << 9,
  WUTF: 1 << 10,
  RECALPF: 1 << 16,
  /** Flags that software clears even while the registers are write-protected. */
  UNPROTECTED: 0x3f00,
};
