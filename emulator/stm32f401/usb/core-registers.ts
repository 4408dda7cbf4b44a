import type { Register } from '../../base/registers.ts';
import { GINTSTS as G } from './bits.ts';

/** Flags of GINTSTS that software clears; the others follow their cause. */
const CLEARED_BY_SOFTWARE = [
  [G.MMIS, G.SOF, G.ESUSP, G.USBSUSP, G.USBRST, G.ENUMDNE, G.ISOODRP, G.EOPF],
  [G.IISOIXFR, G.IPXFR, G.CIDSCHG, G.DISCINT, G.SRQINT, G.WKUPINT],
]
  .flat()
  .reduce((all, flag) => all | flag, 0);

/** Global registers and those of the device mode (RM0368 §22.16.2, §22.16.4 and §22.16.5). */
export const CORE_REGISTERS = {
  GOTGCTL: { at: 0x000, reset: 0x0001_0000, rw: 0x0000_0f02 },
  GOTGINT: { at: 0x004, rw: 0, clearedBy1: 0x000e_0304 },
  GAHBCFG: { at: 0x008, rw: 0x0000_0181 },
  GUSBCFG: { at: 0x00c, reset: 0x0000_0a40, rw: 0xe000_3f07 },
  GRSTCTL: { at: 0x010, reset: 0x8000_0000, rw: 0x0000_07c0 },
  GINTSTS: { at: 0x014, reset: 0x0400_0020, rw: 0, clearedBy1: CLEARED_BY_SOFTWARE },
  GINTMSK: { at: 0x018 },
  GRXSTSR: { at: 0x01c, rw: 0 },
  GRXSTSP: { at: 0x020, rw: 0 },
  GRXFSIZ: { at: 0x024, reset: 0x0200, rw: 0xffff },
  DIEPTXF0: { at: 0x028, reset: 0x0200_0200 },
  HNPTXSTS: { at: 0x02c, reset: 0x0008_0200, rw: 0 },
  GCCFG: { at: 0x038, rw: 0x003d_0000 },
  CID: { at: 0x03c, reset: 0x1200 },
  HPTXFSIZ: { at: 0x100, reset: 0x0200_0600 },
  DIEPTXF1: { at: 0x104, reset: 0x0200_0400 },
  DIEPTXF2: { at: 0x108, reset: 0x0200_0400 },
  DIEPTXF3: { at: 0x10c, reset: 0x0200_0400 },
  DCFG: { at: 0x800, reset: 0x0220_0000, rw: 0x0000_1ff7 },
  DCTL: { at: 0x804, rw: 0x0000_0873 },
  DSTS: { at: 0x808, reset: 0x10, rw: 0 },
  DIEPMSK: { at: 0x810, rw: 0x7b },
  DOEPMSK: { at: 0x814, rw: 0x5b },
  DAINT: { at: 0x818, rw: 0 },
  DAINTMSK: { at: 0x81c },
  DVBUSDIS: { at: 0x828, reset: 0x17d7, rw: 0xffff },
  DVBUSPULSE: { at: 0x82c, reset: 0x05b8, rw: 0x0fff },
  DIEPEMPMSK: { at: 0x834, rw: 0xffff },
  PCGCCTL: { at: 0xe00, rw: 0x03 },
} as const satisfies Readonly<Record<string, Register>>;

export type CoreRegister = keyof typeof CORE_REGISTERS;
