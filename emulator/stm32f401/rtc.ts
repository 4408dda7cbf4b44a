import type { Peripheral } from '../base/peripheral.ts';
import { Registers } from '../base/registers.ts';
import type { Alarm, BoardTime } from '../base/timeline.ts';
import { ClockCount } from './clock-count.ts';
import type { Clocks } from './clocks.ts';
import { EXTI_LINE, type Exti } from './exti.ts';
import { nextMatch } from './rtc-alarm.ts';
import { dateRegister, isFirstYear, readRegisters, timeRegister } from './rtc-calendar.ts';
import { calibrationRate, RtcCounter } from './rtc-counter.ts';
import { RtcProtection } from './rtc-protection.ts';
import { RTC_CR, RTC_ISR, RTC_REGISTERS, type RtcRegister } from './rtc-registers.ts';
import { type CalendarRegisters, RtcShadow } from './rtc-shadow.ts';
import { RtcWakeUp } from './rtc-wakeup.ts';

const CALENDAR_OFFSETS: readonly number[] = [RTC_REGISTERS.TR.at, RTC_REGISTERS.DR.at, RTC_REGISTERS.SSR.at];
/** Cycles of the RTC's clock until it enters initialization mode, and until WUTWF is set (RM0368 §17.3.5). */
const SYNCHRONISATION_CYCLES = 2;
/** Cycles until the calendar counts again after initialization (RM0368 §17.3.5). */
const RESTART_CYCLES = 4;

const NAMES = new Map(
  (Object.keys(RTC_REGISTERS) as RtcRegister[]).map(name => [RTC_REGISTERS[name].at, name] as const),
);

const ALARMS = [
  { time: 'ALRMAR', subsecond: 'ALRMASSR', enable: RTC_CR.ALRAE, flag: RTC_ISR.ALRAF },
  { time: 'ALRMBR', subsecond: 'ALRMBSSR', enable: RTC_CR.ALRBE, flag: RTC_ISR.ALRBF },
] as const;

export interface RtcOptions {
  readonly time: BoardTime;
  readonly clocks: Clocks;
  /** The interrupt controller that the alarms (line 17) and the wake-up timer (line 22) go through. */
  readonly exti: Pick<Exti, 'edge'>;
  /** Whether software may write the backup domain: DBP of PWR_CR (RM0368 §5.4.1). */
  readonly backupIsWritable: () => boolean;
}

/**
 * The real-time clock and the backup registers (RM0368 §17). A reset of the chip leaves the calendar, the alarms, the
 * wake-up timer and the backup registers alone; `resetBackupDomain` resets them, for BDRST of RCC_BDCR and for a start
 * without a battery at VBAT. Time stamps, tamper detection, the reference clock, SHIFTR and the coarse calibration do
 * nothing.
 */
export class Rtc implements Peripheral {
  readonly name = 'RTC';
  readonly #options: RtcOptions;
  readonly #clock: ClockCount;
  readonly #registers: Registers<RtcRegister>;
  readonly #counter = new RtcCounter();
  readonly #protection = new RtcProtection();
  readonly #wakeUp = new RtcWakeUp();
  readonly #shadow = new RtcShadow(cycle => this.#calendarAt(cycle));
  #weekShift = 0;
  /** When initialization mode is entered; software asked for it. */
  #initialisedFrom: number | undefined;
  /** The calendar stands still and its registers can be written: INITF. */
  #isInitialising = false;
  #wakeUpWritableFrom = 0;
  #calibratedFrom = 0;
  #matches = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  #alarm: Alarm | undefined;
  #isAlarmRaised = false;
  #isWakeUpRaised = false;

  constructor(options: RtcOptions) {
    this.#options = options;
    this.#clock = new ClockCount(options.time);
    this.#clock.hz = options.clocks.rtcClock;
    this.#registers = new Registers<RtcRegister>(RTC_REGISTERS, {
      TR: { read: () => this.#readCalendar('TR') },
      DR: { read: () => this.#readCalendar('DR') },
      SSR: { read: () => this.#readCalendar('SSR') },
      ISR: { read: () => this.#status(), written: (value, before) => this.#writeStatus(value, before) },
      CR: { written: (value, before) => this.#control(value, before) },
      CALR: { written: () => this.#calibrate() },
    });
    options.clocks.onChange(() => this.#changeClock());
    this.resetBackupDomain();
  }

  /** A reset of the chip (RM0368 §17.3.7). */
  reset(): void {
    if (this.#initialisedFrom !== undefined) this.#leaveInitialisation();
    this.#registers.change('ISR', RTC_ISR.RSF, RTC_ISR.INIT);
    this.#shadow.reset(this.#clock.cycles);
    this.#update();
  }

  /** Loses everything, the backup registers too. */
  resetBackupDomain(): void {
    const { cycles } = this.#clock;
    this.#registers.reset();
    this.#registers.change('ISR', RTC_ISR.RSF);
    this.#counter.calibrate(cycles, 1);
    this.#counter.start(cycles, 0, this.#registers.get('PRER'));
    // 2000-01-01, day 1 of the week, as the reset value of DR has it.
    this.#weekShift = 0;
    this.#protection.lock();
    this.#initialisedFrom = undefined;
    this.#isInitialising = false;
    this.#wakeUp.stop();
    this.#wakeUpWritableFrom = cycles;
    this.#calibratedFrom = cycles;
    this.#shadow.reset(cycles);
    this.#update();
  }

  /** What reads of the calendar change: the registers that they hold (RM0368 §17.3.6). */
  readonly readState = {
    save: () => this.#shadow.saveHeld(),
    restore: (held: readonly number[]) => this.#shadow.restoreHeld(held),
  };

  /** Whether a read changes nothing but `readState`. */
  isSteady(offset: number): boolean {
    return CALENDAR_OFFSETS.includes(offset) && this.#initialisedFrom === undefined;
  }

  read(offset: number): number {
    this.#enterInitialisation();
    return this.#registers.read(offset);
  }

  write(offset: number, value: number, mask: number): void {
    if (!this.#options.backupIsWritable()) return;
    this.#enterInitialisation();
    const name = NAMES.get(offset);
    if (name === undefined) return;
    if (name === 'WPR') this.#protection.writeKey(value & mask & 0xff);
    else this.#registers.write(offset, value, mask & this.#protection.writableBits(name, this.#status()));
    this.#update();
  }

  get #is12Hours(): boolean {
    return this.#registers.has('CR', RTC_CR.FMT);
  }

  #calendarAt(cycle: number): CalendarRegisters {
    const { seconds, subsecond } = this.#counter.at(cycle);
    return {
      SSR: subsecond,
      TR: timeRegister(seconds, this.#is12Hours),
      DR: dateRegister(seconds, this.#weekShift),
    };
  }

  #readCalendar(name: 'SSR' | 'TR' | 'DR'): number {
    const { cycles } = this.#clock;
    if (this.#isInitialising) return this.#registers.get(name);
    if (this.#registers.has('CR', RTC_CR.BYPSHAD)) return this.#calendarAt(cycles)[name];
    if (name === 'SSR') return this.#shadow.readSubsecond(cycles);
    return name === 'TR' ? this.#shadow.readTime(cycles) : this.#shadow.readDate(cycles);
  }

  /** ISR (RM0368 §17.6.4): the flags, and what can be written now. */
  #status(): number {
    const { cycles } = this.#clock;
    const cr = this.#registers.get('CR');
    let status = this.#registers.get('ISR') & (RTC_ISR.UNPROTECTED | RTC_ISR.INIT);
    if ((cr & RTC_CR.ALRAE) === 0) status |= RTC_ISR.ALRAWF;
    if ((cr & RTC_CR.ALRBE) === 0) status |= RTC_ISR.ALRBWF;
    if ((cr & RTC_CR.WUTE) === 0 && cycles >= this.#wakeUpWritableFrom) status |= RTC_ISR.WUTWF;
    if (cycles < this.#calibratedFrom) status |= RTC_ISR.RECALPF;
    if (!isFirstYear(this.#counter.at(cycles).seconds)) status |= RTC_ISR.INITS;
    if (this.#isInitialising) return status | RTC_ISR.INITF;
    const isShadowed = this.#initialisedFrom === undefined && (cr & RTC_CR.BYPSHAD) === 0;
    return isShadowed && this.#shadow.isSynchronised(cycles) ? status | RTC_ISR.RSF : status;
  }

  #writeStatus(value: number, before: number): void {
    // RSF is kept as 1, so that a 0 shows that software clears it.
    if ((value & RTC_ISR.RSF) === 0) this.#shadow.clearSynchronised(this.#clock.cycles);
    this.#registers.change('ISR', RTC_ISR.RSF);
    if (((value ^ before) & RTC_ISR.INIT) === 0) return;
    if ((value & RTC_ISR.INIT) === 0) this.#leaveInitialisation();
    else this.#initialisedFrom = this.#clock.cycles + SYNCHRONISATION_CYCLES;
  }

  /** The calendar stops two cycles after software asked for it, not before; without a clock it never does. */
  #enterInitialisation(): void {
    const from = this.#initialisedFrom;
    if (from === undefined || this.#isInitialising || this.#clock.cycles < from) return;
    this.#isInitialising = true;
    const { TR, DR } = this.#calendarAt(from);
    this.#registers.set('TR', TR);
    this.#registers.set('DR', DR);
    this.#registers.set('SSR', 0);
  }

  /** The calendar counts on from its registers, at the beginning of a second (RM0368 §17.3.5). */
  #leaveInitialisation(): void {
    this.#enterInitialisation();
    this.#initialisedFrom = undefined;
    if (!this.#isInitialising) return;
    this.#isInitialising = false;
    const from = this.#clock.cycles + RESTART_CYCLES;
    const before = this.#counter.at(this.#clock.cycles).seconds;
    const tr = this.#registers.get('TR');
    const { seconds, weekShift } = readRegisters(tr, this.#registers.get('DR'), this.#is12Hours);
    this.#weekShift = weekShift;
    const prer = this.#registers.get('PRER');
    this.#counter.calibrate(from, calibrationRate(this.#registers.get('CALR'), prer));
    this.#counter.start(from, seconds, prer);
    this.#wakeUp.shift(seconds - before);
    this.#shadow.copyFrom(from);
  }

  #control(value: number, before: number): void {
    const { cycles } = this.#clock;
    this.#registers.change('CR', 0, RTC_CR.ADD1H | RTC_CR.SUB1H);
    if ((value & RTC_CR.ADD1H) !== 0) this.#addHours(1);
    if ((value & RTC_CR.SUB1H) !== 0) this.#addHours(-1);
    if (((value ^ before) & RTC_CR.WUTE) === 0) return;
    if ((value & RTC_CR.WUTE) === 0) {
      this.#wakeUp.stop();
      this.#wakeUpWritableFrom = cycles + SYNCHRONISATION_CYCLES;
    } else {
      this.#wakeUp.start(value, this.#registers.get('WUTR'), cycles, this.#counter.at(cycles).seconds);
    }
  }

  /** Summer time: outside initialization mode, and back only where it is not hour 0 (RM0368 §17.6.3). */
  #addHours(hours: 1 | -1): void {
    if (this.#initialisedFrom !== undefined) return;
    const hour = Math.floor(this.#counter.at(this.#clock.cycles).seconds / 3600) % 24;
    if (hours < 0 && hour === 0) return;
    this.#counter.add(hours * 3600);
    this.#wakeUp.shift(hours * 3600);
  }

  #calibrate(): void {
    const { cycles } = this.#clock;
    const prer = this.#registers.get('PRER');
    this.#counter.calibrate(cycles, calibrationRate(this.#registers.get('CALR'), prer));
    this.#calibratedFrom = cycles + 3 * (((prer >> 16) & 0x7f) + 1);
  }

  #changeClock(): void {
    const { rtcClock, pclk1 } = this.#options.clocks;
    this.#enterInitialisation();
    if (pclk1 === 0) this.#shadow.pause(this.#clock.cycles);
    else this.#shadow.resume(this.#clock.cycles);
    this.#clock.hz = rtcClock;
    this.#update();
  }

  /** Sets the alarm for the next event and tells the EXTI about the levels that changed. */
  #update(): void {
    const { cycles } = this.#clock;
    const isStopped = this.#initialisedFrom !== undefined;
    this.#matches = ALARMS.map(({ time, subsecond, enable }) => {
      if (isStopped || !this.#registers.has('CR', enable)) return Number.POSITIVE_INFINITY;
      const pattern = {
        time: this.#registers.get(time),
        subsecond: this.#registers.get(subsecond),
        is12Hours: this.#is12Hours,
        weekShift: this.#weekShift,
        subsecondStart: this.#counter.subsecondStart,
      };
      const match = nextMatch(pattern, this.#counter.at(cycles));
      return match ? this.#counter.cycleOf(match) : Number.POSITIVE_INFINITY;
    });
    const next = Math.min(...this.#matches, this.#wakeUp.endCycle(this.#counter, isStopped));
    this.#options.time.cancel(this.#alarm);
    const due = this.#clock.due(next);
    this.#alarm = Number.isFinite(due) ? this.#options.time.at(due, () => this.#occur()) : undefined;
    this.#signal();
  }

  #occur(): void {
    this.#alarm = undefined;
    const { cycles } = this.#clock;
    ALARMS.forEach(({ flag }, index) => {
      if ((this.#matches[index] ?? cycles + 1) <= cycles) this.#registers.change('ISR', flag);
    });
    if (this.#wakeUp.endCycle(this.#counter, this.#initialisedFrom !== undefined) <= cycles) {
      this.#registers.change('ISR', RTC_ISR.WUTF);
      this.#wakeUp.repeat();
    }
    this.#update();
  }

  #signal(): void {
    const isRaised = (flag: number, enable: number) =>
      this.#registers.has('ISR', flag) && this.#registers.has('CR', enable);
    const isAlarmRaised = isRaised(RTC_ISR.ALRAF, RTC_CR.ALRAIE) || isRaised(RTC_ISR.ALRBF, RTC_CR.ALRBIE);
    const isWakeUpRaised = isRaised(RTC_ISR.WUTF, RTC_CR.WUTIE);
    if (isAlarmRaised !== this.#isAlarmRaised) this.#options.exti.edge(EXTI_LINE.RTC_ALARM, isAlarmRaised);
    if (isWakeUpRaised !== this.#isWakeUpRaised)
      this.#options.exti.edge(EXTI_LINE.RTC_WAKE_UP, isWakeUpRaised);
    this.#isAlarmRaised = isAlarmRaised;
    this.#isWakeUpRaised = isWakeUpRaised;
  }
}
