import type { Clocks } from './clocks.ts';
import { BDCR, DCKCFGR_TIMPRE, PLLCFGR_PLLSRC_HSE } from './rcc-registers.ts';

/** The sources of the tree at present, in Hz; 0 where one does not run. */
export interface ClockSources {
  readonly hsi: number;
  readonly hse: number;
  /** Whether the PLL is locked. */
  readonly pll: boolean;
  readonly lse: number;
  readonly lsi: number;
}

/** What the registers of RCC say about the tree. */
export interface ClockSettings {
  readonly PLLCFGR: number;
  /** With SWS, the source in use. */
  readonly CFGR: number;
  readonly BDCR: number;
  readonly DCKCFGR: number;
}

export type ClockFrequencies = Omit<Clocks, 'onChange'>;

export const STOPPED: ClockFrequencies = {
  ...{ hclk: 0, pclk1: 0, pclk2: 0, timerClock1: 0, timerClock2: 0, usbClock: 0, rtcClock: 0 },
};

/** Dividers of HPRE from 0b1000 on; 32 is left out (RM0368 §6.3.3). */
const AHB_DIVIDERS = [2, 4, 8, 16, 64, 128, 256, 512];

function ahbDivider(hpre: number): number {
  return (hpre & 8) === 0 ? 1 : (AHB_DIVIDERS[hpre & 7] ?? 1);
}

/** PPRE: 0b0xx 1, 0b100 2, 0b111 16. */
function apbDivider(ppre: number): number {
  return (ppre & 4) === 0 ? 1 : 2 << (ppre & 3);
}

/** The counters of timers run at a multiple of their bus, at most at HCLK (RM0368 §6.3.24, TIMPRE). */
function timerClock(hclk: number, divider: number, dckcfgr: number): number {
  const multiple = (dckcfgr & DCKCFGR_TIMPRE) !== 0 ? 4 : 2;
  return divider <= multiple ? hclk : (hclk / divider) * multiple;
}

/** The oscillator of the PLL, in Hz: source / M × N (RM0368 §6.3.2). */
function pllVco(pllcfgr: number, sources: ClockSources): number {
  const input = (pllcfgr & PLLCFGR_PLLSRC_HSE) !== 0 ? sources.hse : sources.hsi;
  const m = pllcfgr & 63;
  return sources.pll && m > 0 ? (input / m) * ((pllcfgr >>> 6) & 511) : 0;
}

function rtcClock({ BDCR: bdcr, CFGR }: ClockSettings, sources: ClockSources): number {
  if ((bdcr & BDCR.RTCEN) === 0) return 0;
  const divider = (CFGR >>> 16) & 31;
  return [0, sources.lse, sources.lsi, divider >= 2 ? sources.hse / divider : 0][(bdcr >>> 8) & 3] ?? 0;
}

/** Computes the frequencies of the clock tree (RM0368 §6.2, figure 12). */
export function clockTree(settings: ClockSettings, sources: ClockSources): ClockFrequencies {
  const { PLLCFGR, CFGR, DCKCFGR } = settings;
  const vco = pllVco(PLLCFGR, sources);
  const pll = vco / (2 * (((PLLCFGR >>> 16) & 3) + 1));
  const hclk = ([sources.hsi, sources.hse, pll][(CFGR >>> 2) & 3] ?? 0) / ahbDivider((CFGR >>> 4) & 15);
  const divider1 = apbDivider((CFGR >>> 10) & 7);
  const divider2 = apbDivider((CFGR >>> 13) & 7);
  const q = (PLLCFGR >>> 24) & 15;
  return {
    hclk,
    pclk1: hclk / divider1,
    pclk2: hclk / divider2,
    timerClock1: timerClock(hclk, divider1, DCKCFGR),
    timerClock2: timerClock(hclk, divider2, DCKCFGR),
    usbClock: q >= 2 ? vco / q : 0,
    rtcClock: rtcClock(settings, sources),
  };
}
