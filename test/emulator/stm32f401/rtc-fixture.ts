import type { Peripheral } from '@passfob/emulator/base/peripheral';
import { Rtc } from '@passfob/emulator/stm32f401/rtc';
import { clearBits, makeStillTime, setBits, store } from './fixture.ts';
import { makeClocks } from './settable-clocks.ts';

export const RTC = {
  TR: 0x00,
  DR: 0x04,
  CR: 0x08,
  ISR: 0x0c,
  PRER: 0x10,
  WUTR: 0x14,
  ALRMAR: 0x1c,
  ALRMBR: 0x20,
  WPR: 0x24,
  SSR: 0x28,
  CALR: 0x3c,
  TAFCR: 0x40,
  ALRMASSR: 0x44,
  BKP0R: 0x50,
  BKP19R: 0x9c,
} as const;

export const [WUTWF, RSF, INITF, INIT, ALRAF, ALRBF, WUTF] = [
  4, 0x20, 0x40, 0x80, 0x100, 0x200, 0x400,
] as const;

/** Two cycles of 32,768 Hz and a little, in µs. */
export const TWO_CYCLES_US = 62;

export function makeRtc() {
  const { time, pass } = makeStillTime();
  const { clocks, ...control } = makeClocks();
  const edges: string[] = [];
  const backup = { isWritable: true };
  const rtc = new Rtc({
    time,
    clocks,
    exti: { edge: (line, isRising) => edges.push(`${line}${isRising ? '↑' : '↓'}`) },
    backupIsWritable: () => backup.isWritable,
  });
  return { rtc, time, pass, edges, backup, ...control };
}

export function unlock(rtc: Peripheral): void {
  store(rtc, RTC.WPR, 0xca);
  store(rtc, RTC.WPR, 0x53);
}

/** Sets the clock as the firmware does: prescalers for 32,768 Hz without the asynchronous one. */
export function setCalendar({ rtc, pass }: ReturnType<typeof makeRtc>, tr: number, dr: number): void {
  unlock(rtc);
  setBits(rtc, RTC.ISR, INIT);
  pass(TWO_CYCLES_US);
  store(rtc, RTC.PRER, 0x7fff);
  store(rtc, RTC.TR, tr);
  store(rtc, RTC.DR, dr);
  clearBits(rtc, RTC.ISR, INIT);
  // The calendar starts four cycles later and is copied after one or two more.
  pass(3 * TWO_CYCLES_US);
}

/** Reads the clock as the firmware does: TR and DR as hexadecimal digits. */
export function readCalendar(rtc: Peripheral): string {
  const [time, date] = [rtc.read(RTC.TR), rtc.read(RTC.DR)];
  return `${date.toString(16).padStart(6, '0')} ${time.toString(16).padStart(6, '0')}`;
}
