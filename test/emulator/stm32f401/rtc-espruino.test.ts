import type { Peripheral } from '@passfob/emulator/base/peripheral';
import { Exti } from '@passfob/emulator/stm32f401/exti';
import { IRQ } from '@passfob/emulator/stm32f401/interrupts';
import { Pwr } from '@passfob/emulator/stm32f401/pwr';
import { Rcc } from '@passfob/emulator/stm32f401/rcc';
import { Rtc } from '@passfob/emulator/stm32f401/rtc';
import { describe, expect, it } from 'vitest';
import { clearBits, makeStillTime, RecordedLines, setBits, store } from './fixture.ts';
import { INIT, INITF, RSF, RTC, unlock, WUTF, WUTWF } from './rtc-fixture.ts';

const [PWR_CR, RCC_BDCR, RCC_CSR, EXTI_IMR, EXTI_RTSR, EXTI_PR] = [0x00, 0x70, 0x74, 0x00, 0x08, 0x14];
const [DBP, LSEON, LSERDY, RTCEN, BDRST, LSION] = [0x100, 1, 2, 0x8000, 0x1_0000, 1];
const RTCSEL = { LSE: 0x100, LSI: 0x200 };
const SECOND = 1e6;

/** The RTC with the chip around it, and what the firmware does with it, step by step (`targets/stm32/jshardware.c`). */
function makeBoard() {
  const { time, pass } = makeStillTime();
  const lines = new RecordedLines();
  const pwr = new Pwr();
  const exti = new Exti({ lines, portOf: () => undefined });
  const rcc: Rcc = new Rcc({
    time,
    lines,
    backupIsWritable: () => pwr.backupIsWritable,
    resetBackup: () => rtc.resetBackupDomain(),
    resetPeripheral: () => undefined,
  });
  const rtc: Rtc = new Rtc({ time, clocks: rcc, exti, backupIsWritable: () => pwr.backupIsWritable });
  return { rtc, rcc, pwr, exti, lines, pass };
}

type Board = ReturnType<typeof makeBoard>;

/** Polls a flag as the drivers do: up to 20 ms. Returns whether it came. */
function waitFor({ pass }: Board, peripheral: Peripheral, offset: number, flag: number): boolean {
  for (let polls = 0; polls < 20_000; polls += 1) {
    if ((peripheral.read(offset) & flag) !== 0) return true;
    pass(1);
  }
  return false;
}

function waitForSynchro(board: Board): boolean {
  unlock(board.rtc);
  clearBits(board.rtc, RTC.ISR, RSF | INIT);
  const isDone = waitFor(board, board.rtc, RTC.ISR, RSF);
  store(board.rtc, RTC.WPR, 0xff);
  return isDone;
}

/** What a driver of ST does in initialization mode. */
function initialise(board: Board, set: (rtc: Rtc) => void): void {
  unlock(board.rtc);
  store(board.rtc, RTC.ISR, 0xffff_ffff);
  expect(waitFor(board, board.rtc, RTC.ISR, INITF)).toBe(true);
  set(board.rtc);
  clearBits(board.rtc, RTC.ISR, INIT);
  store(board.rtc, RTC.WPR, 0xff);
  expect(waitForSynchro(board)).toBe(true);
}

function setPrescaler(board: Board, hz: number): void {
  initialise(board, rtc => {
    clearBits(rtc, RTC.CR, 1 << 6);
    store(rtc, RTC.PRER, hz - 1);
    // The asynchronous prescaler is 0; the manual wants two writes.
    setBits(rtc, RTC.PRER, 0);
  });
}

function resetBackup({ rcc }: Board): void {
  setBits(rcc, RCC_BDCR, BDRST);
  clearBits(rcc, RCC_BDCR, BDRST);
}

/** jshInit: the RTC runs from LSI, while LSE starts. */
function start(board: Board): void {
  const { rcc, pwr } = board;
  setBits(pwr, PWR_CR, DBP);
  setBits(rcc, RCC_CSR, LSION);
  resetBackup(board);
  expect(waitForSynchro(board)).toBe(false);
  setBits(rcc, RCC_BDCR, LSEON);
  setBits(rcc, RCC_BDCR, RTCSEL.LSI);
  setBits(rcc, RCC_BDCR, RTCEN);
  waitForSynchro(board);
  setPrescaler(board, 32_000);
}

/** jshDoSysTick once the crystal runs: it takes the time over, but not the part of a second. */
function switchToCrystal(board: Board): void {
  const { rtc, rcc } = board;
  expect(rcc.read(RCC_BDCR) & LSERDY).toBe(LSERDY);
  const [time, date] = [rtc.read(RTC.TR), rtc.read(RTC.DR)];
  resetBackup(board);
  setBits(rcc, RCC_BDCR, LSEON);
  while ((rcc.read(RCC_BDCR) & LSERDY) === 0) board.pass(10);
  expect(waitForSynchro(board)).toBe(false);
  setBits(rcc, RCC_BDCR, RTCSEL.LSE);
  setBits(rcc, RCC_BDCR, RTCEN);
  waitForSynchro(board);
  setPrescaler(board, 32_768);
  initialise(board, () => store(rtc, RTC.DR, date));
  initialise(board, () => store(rtc, RTC.TR, time));
  clearBits(rcc, RCC_CSR, LSION);
}

/** jshGetRTCSystemTime, in seconds of the day. */
function readTime({ rtc }: Board, hz: number): number {
  const [subsecond, time] = [rtc.read(RTC.SSR), rtc.read(RTC.TR)];
  rtc.read(RTC.DR);
  const digits = (shift: number) => ((time >> (shift + 4)) & 7) * 10 + ((time >> shift) & 15);
  return digits(16) * 3600 + digits(8) * 60 + digits(0) + (hz - (subsecond + 1)) / hz;
}

describe("Espruino's clock on the chip", () => {
  it('runs from LSI at first', () => {
    const board = makeBoard();
    start(board);
    expect(board.rcc.rtcClock).toBe(32_000);
    const before = readTime(board, 32_000);
    board.pass(1.25 * SECOND);
    expect(readTime(board, 32_000) - before).toBeCloseTo(1.25, 3);
  });

  it('jumps back to the beginning of the second at the change to LSE and loses the time that it takes', () => {
    const board = makeBoard();
    start(board);
    board.pass(1.949 * SECOND);
    expect(readTime(board, 32_000)).toBeCloseTo(1.949, 2);
    switchToCrystal(board);
    expect(board.rcc.rtcClock).toBe(32_768);
    expect(readTime(board, 32_768)).toBeCloseTo(1, 2);
    board.pass(SECOND);
    expect(readTime(board, 32_768)).toBeCloseTo(2, 2);
  });

  it('keeps its time, but not the part of a second, over a reset', () => {
    const board = makeBoard();
    const { rtc, rcc, pwr } = board;
    start(board);
    board.pass(SECOND);
    switchToCrystal(board);
    board.pass(100.7 * SECOND);
    rcc.reset('software');
    pwr.reset();
    rtc.reset();
    setBits(pwr, PWR_CR, DBP);
    setPrescaler(board, 32_768);
    expect(readTime(board, 32_768)).toBeCloseTo(101, 2);
  });

  it('wakes the chip from STOP with the wake-up timer, through line 22 and its interrupt', () => {
    const board = makeBoard();
    const { rtc, rcc, exti, lines, pass } = board;
    start(board);
    setBits(exti, EXTI_RTSR, 1 << 22);
    setBits(exti, EXTI_IMR, 1 << 22);
    const woken: number[] = [];
    exti.onWake(line => woken.push(line));
    for (const hundredths of [50, 25]) {
      unlock(rtc);
      clearBits(rtc, RTC.CR, 7);
      store(rtc, RTC.WUTR, (32_000 * hundredths) / 1600 - 1);
      setBits(rtc, RTC.CR, 0x4000);
      setBits(rtc, RTC.CR, 0x400);
      clearBits(rtc, RTC.ISR, WUTF | INIT);
      rcc.enterStop();
      pass(hundredths * 10_000 - 100);
      expect(woken).toEqual([]);
      pass(200);
      expect(woken).toEqual([22]);
      rcc.leaveStop();
      expect(lines.requested).toEqual(new Set([IRQ.RTC_WKUP]));
      // RTC_WKUP_IRQHandler, then the rest of jshSleep.
      clearBits(rtc, RTC.ISR, WUTF | INIT);
      store(exti, EXTI_PR, 1 << 22);
      expect(lines.requested.size).toBe(0);
      unlock(rtc);
      clearBits(rtc, RTC.CR, 0x4400);
      expect(waitFor(board, rtc, RTC.ISR, WUTWF)).toBe(true);
      expect(waitForSynchro(board)).toBe(true);
      woken.length = 0;
    }
    expect(readTime(board, 32_000)).toBeCloseTo(0.75, 2);
  });
});
