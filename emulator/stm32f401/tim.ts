import type { InterruptLines, Peripheral } from '../base/peripheral.ts';
import { Registers } from '../base/registers.ts';
import type { Alarm, BoardTime } from '../base/timeline.ts';
import { ClockCount } from './clock-count.ts';
import type { Clocks } from './clocks.ts';
import { IRQ } from './interrupts.ts';
import { TimCounter } from './tim-counter.ts';
import {
  afterMatches,
  OUTPUT_MODES,
  type OutputMode,
  type PulseTrain,
  pwmDuty,
  referenceLevel,
} from './tim-output.ts';
import {
  CCER,
  CCMR,
  CR1,
  TIM_CHANNELS,
  TIM_EVENTS,
  type TimChannel,
  type TimRegister,
  timRegisters,
} from './tim-registers.ts';

export interface TimOptions {
  readonly name: 'TIM2' | 'TIM3' | 'TIM4' | 'TIM5';
  readonly time: BoardTime;
  readonly lines: InterruptLines;
  readonly clocks: Clocks;
}

/**
 * A general-purpose timer (RM0368 §13): update and compare events, one pulse, levels of its outputs. Its state is brought
 * up to date when software or the board asks, and an alarm is set only for an event that interrupts. Input capture, slave
 * modes (SMCR) and centre-aligned counting keep their registers and do nothing.
 */
export class Tim implements Peripheral {
  readonly name: TimOptions['name'];
  readonly #options: TimOptions;
  readonly #registers: Registers<TimRegister>;
  readonly #clock: ClockCount;
  readonly #counter: TimCounter;
  /** Cycles of the clock that the counter has seen. */
  #seen = 0;
  /** CCRx as they are in effect, and the level that matches have left, by channel. */
  readonly #compares = [0, 0, 0, 0];
  readonly #references = [false, false, false, false];
  #alarm: Alarm | undefined;

  constructor(options: TimOptions) {
    this.name = options.name;
    this.#options = options;
    const max = options.name === 'TIM2' || options.name === 'TIM5' ? 0xffff_ffff : 0xffff;
    this.#counter = new TimCounter(max);
    this.#clock = new ClockCount(options.time);
    this.#clock.hz = options.clocks.timerClock1;
    this.#registers = new Registers<TimRegister>(timRegisters(max), {
      CNT: { read: () => this.#counter.value, written: value => this.#setCount(value) },
      EGR: { written: value => this.#generate(value) },
      CR1: { written: (value, before) => this.#control(value, before) },
    });
    options.clocks.onChange(() => this.#changeClock());
  }

  reset(): void {
    this.#settle();
    this.#registers.reset();
    this.#counter.reset();
    this.#compares.fill(0);
    this.#references.fill(false);
    this.#update();
  }

  read(offset: number): number {
    this.#settle();
    return this.#registers.read(offset);
  }

  write(offset: number, value: number, mask: number): void {
    this.#settle();
    TIM_CHANNELS.forEach((channel, index) => {
      this.#references[index] = this.#reference(channel, index);
    });
    this.#registers.write(offset, value, mask);
    this.#loadUnbuffered();
    this.#update();
  }

  /**
   * Returns the level of an output, 1 to 4; undefined while the channel is off or an input, when the pin is not the
   * timer's.
   */
  level(channel: number): boolean | undefined {
    this.#settle();
    const found = this.#output(channel);
    if (!found) return undefined;
    return this.#reference(found.fields, channel - 1) !== found.isInverted;
  }

  /** Returns what an output, 1 to 4, sends in PWM mode; undefined while it is off, in another mode or stopped. */
  pulses(channel: number): PulseTrain | undefined {
    this.#settle();
    const found = this.#output(channel);
    if (!found || !this.#registers.has('CR1', CR1.CEN) || this.#clock.hz === 0) return undefined;
    const compare = this.#compares[channel - 1] ?? 0;
    const duty = pwmDuty(this.#modeOf(found.fields), this.#counter, compare);
    if (duty === undefined) return undefined;
    return { hz: this.#clock.hz / this.#counter.period, duty: found.isInverted ? 1 - duty : duty };
  }

  #output(channel: number): { readonly fields: TimChannel; readonly isInverted: boolean } | undefined {
    const fields = TIM_CHANNELS[channel - 1];
    if (!fields) throw new RangeError(`${this.name} has no channel ${channel}`);
    const enable = this.#registers.get('CCER') >> fields.enableShift;
    if ((enable & CCER.CCE) === 0 || !this.#isOutput(fields)) return undefined;
    return { fields, isInverted: (enable & CCER.CCP) !== 0 };
  }

  #fieldsOf({ mode, modeShift }: TimChannel): number {
    return (this.#registers.get(mode) >> modeShift) & 0xff;
  }

  #isOutput(channel: TimChannel): boolean {
    return (this.#fieldsOf(channel) & CCMR.CCS) === 0;
  }

  #modeOf(channel: TimChannel): OutputMode {
    return OUTPUT_MODES[(this.#fieldsOf(channel) >> CCMR.OCM_SHIFT) & 7] ?? 'frozen';
  }

  #reference(channel: TimChannel, index: number): boolean {
    const compare = this.#compares[index] ?? 0;
    return referenceLevel(this.#modeOf(channel), this.#counter, compare, this.#references[index] ?? false);
  }

  #changeClock(): void {
    this.#settle();
    this.#clock.hz = this.#options.clocks.timerClock1;
    this.#update();
  }

  #setCount(value: number): void {
    this.#counter.value = value;
  }

  #control(value: number, before: number): void {
    if (((value ^ before) & CR1.DIR) !== 0) this.#counter.isDown = (value & CR1.DIR) !== 0;
  }

  /** RM0368 §13.4.6. EGR reads as 0. */
  #generate(events: number): void {
    this.#registers.set('EGR', 0);
    this.#registers.change('SR', events & ~TIM_EVENTS.U);
    if ((events & TIM_EVENTS.U) === 0) return;
    if (!this.#registers.has('CR1', CR1.UDIS)) this.#load();
    this.#counter.restart();
    this.#matchStart();
    if (!this.#registers.has('CR1', CR1.UDIS | CR1.URS)) this.#registers.change('SR', TIM_EVENTS.U);
  }

  /** Values written take effect at once where they are not buffered: ARR without ARPE, CCRx without OCxPE. */
  #loadUnbuffered(): void {
    if (!this.#registers.has('CR1', CR1.ARPE)) this.#counter.reload = this.#registers.get('ARR');
    TIM_CHANNELS.forEach((channel, index) => {
      if ((this.#fieldsOf(channel) & CCMR.OCPE) === 0)
        this.#compares[index] = this.#registers.get(channel.compare);
    });
  }

  /** An update event puts all buffered values into effect (RM0368 §13.3.1). */
  #load(): void {
    this.#counter.prescaler = this.#registers.get('PSC');
    this.#counter.reload = this.#registers.get('ARR');
    TIM_CHANNELS.forEach((channel, index) => {
      this.#compares[index] = this.#registers.get(channel.compare);
    });
  }

  /** Brings the counter and the flags up to now. */
  #settle(): void {
    const cycles = this.#clock.cycles;
    let left = cycles - this.#seen;
    this.#seen = cycles;
    while (left > 0 && this.#registers.has('CR1', CR1.CEN)) {
      const untilWrap = this.#counter.untilWrap;
      if (left < untilWrap) {
        this.#matchWithin(left);
        this.#counter.advance(left);
        return;
      }
      left -= untilWrap;
      const isUpdate = this.#counter.isUpdateNext;
      this.#matchWithin(untilWrap - 1);
      this.#wrap(isUpdate);
      if (isUpdate) left -= this.#skipPeriods(left);
    }
  }

  #wrap(isUpdate: boolean): void {
    const { reload } = this.#counter;
    if (isUpdate) {
      // A compare value that is never met counts as met at the end (RM0368 §13.4.5, CC1IF).
      this.#match(index => (this.#compares[index] ?? 0) > reload);
      this.#updateEvent();
    }
    this.#counter.restart();
    this.#matchStart();
  }

  #updateEvent(): void {
    if (this.#registers.has('CR1', CR1.UDIS)) return;
    this.#load();
    this.#registers.change('SR', TIM_EVENTS.U);
    if (this.#registers.has('CR1', CR1.OPM)) this.#registers.change('CR1', 0, CR1.CEN);
  }

  /** After an update event nothing is buffered: all periods are equal. Returns the cycles of those that are over. */
  #skipPeriods(left: number): number {
    if (this.#counter.reload === 0 || !this.#registers.has('CR1', CR1.CEN)) return 0;
    const periods = Math.floor(left / this.#counter.period);
    if (periods > 0) {
      this.#match(() => true, periods);
      if (!this.#registers.has('CR1', CR1.UDIS)) this.#registers.change('SR', TIM_EVENTS.U);
    }
    return periods * this.#counter.period;
  }

  #matchWithin(cycles: number): void {
    this.#match(index => this.#counter.until(this.#compares[index] ?? 0) <= cycles);
  }

  /** The value that the counter starts with counts as reached. */
  #matchStart(): void {
    this.#match(index => this.#compares[index] === this.#counter.value);
  }

  #match(isMet: (index: number) => boolean, times = 1): void {
    TIM_CHANNELS.forEach((channel, index) => {
      if (!this.#isOutput(channel) || !isMet(index)) return;
      this.#registers.change('SR', channel.flag);
      this.#references[index] = afterMatches(this.#modeOf(channel), this.#references[index] ?? false, times);
    });
  }

  /** Sets the interrupt request as the flags have it, and the alarm for the next flag that would change it. */
  #update(): void {
    const enabled = this.#registers.get('DIER') & 0x5f;
    const raised = this.#registers.get('SR') & enabled;
    this.#options.lines.set(IRQ[this.name], raised !== 0);
    this.#options.time.cancel(this.#alarm);
    this.#alarm = undefined;
    if (!this.#registers.has('CR1', CR1.CEN)) return;
    const due = this.#clock.due(this.#seen + this.#untilEvent(enabled & ~raised));
    if (Number.isFinite(due)) this.#alarm = this.#options.time.at(due, () => this.#occur());
  }

  /** Returns the cycles until one of the `events` of DIER may occur; infinite where none will. */
  #untilEvent(events: number): number {
    let first = Number.POSITIVE_INFINITY;
    if ((events & TIM_EVENTS.U) !== 0) first = this.#counter.untilWrap;
    TIM_CHANNELS.forEach((channel, index) => {
      if ((events & channel.flag) === 0 || !this.#isOutput(channel)) return;
      const until = this.#counter.until(this.#compares[index] ?? 0);
      first = Math.min(first, Math.min(until, this.#counter.untilWrap));
    });
    return first;
  }

  #occur(): void {
    this.#alarm = undefined;
    this.#settle();
    this.#update();
  }
}
