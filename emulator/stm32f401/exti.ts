import type { InterruptLines, Peripheral } from '../base/peripheral.ts';
import { type Register, Registers } from '../base/registers.ts';
import { IRQ } from './interrupts.ts';
import type { PinPort } from './pin-ports.ts';

/** Lines 0 to 18, 21 and 22; 19 and 20 are reserved (RM0368 §10.3). */
const LINES = 0x67_ffff;

const EXTI_REGISTERS = {
  IMR: { at: 0x00, rw: LINES },
  EMR: { at: 0x04, rw: LINES },
  RTSR: { at: 0x08, rw: LINES },
  FTSR: { at: 0x0c, rw: LINES },
  SWIER: { at: 0x10, rw: LINES },
  PR: { at: 0x14, rw: 0, clearedBy1: LINES },
} as const satisfies Record<string, Register>;

/** Lines that peripherals feed (RM0368 §10.2.5). */
export const EXTI_LINE = {
  PVD: 16,
  RTC_ALARM: 17,
  OTG_FS_WAKE_UP: 18,
  RTC_TAMPER: 21,
  RTC_WAKE_UP: 22,
} as const;

/** The lines of each interrupt, as bits. */
const REQUESTS: readonly (readonly [irq: number, lines: number])[] = [
  [IRQ.EXTI0, 1],
  [IRQ.EXTI1, 2],
  [IRQ.EXTI2, 4],
  [IRQ.EXTI3, 8],
  [IRQ.EXTI4, 16],
  [IRQ.EXTI9_5, 0x03e0],
  [IRQ.EXTI15_10, 0xfc00],
  [IRQ.PVD, 1 << EXTI_LINE.PVD],
  [IRQ.RTC_Alarm, 1 << EXTI_LINE.RTC_ALARM],
  [IRQ.OTG_FS_WKUP, 1 << EXTI_LINE.OTG_FS_WAKE_UP],
  [IRQ.TAMP_STAMP, 1 << EXTI_LINE.RTC_TAMPER],
  [IRQ.RTC_WKUP, 1 << EXTI_LINE.RTC_WAKE_UP],
];

/** What wakes the processor: an interrupt request, or an event for WFE. */
export type WakeKind = 'interrupt' | 'event';

/** External interrupts and events (RM0368 §10.2). Works in STOP, too. */
export class Exti implements Peripheral {
  readonly name = 'EXTI';
  readonly #lines: InterruptLines;
  readonly #portOf: (line: number) => PinPort | undefined;
  readonly #listeners: ((line: number, kind: WakeKind) => void)[] = [];
  readonly #registers: Registers<keyof typeof EXTI_REGISTERS>;

  /** @param ports `portOf` says which port's pin feeds a line: `Syscfg.portOf` */
  constructor(ports: { readonly lines: InterruptLines; portOf(line: number): PinPort | undefined }) {
    this.#lines = ports.lines;
    this.#portOf = line => ports.portOf(line);
    this.#registers = new Registers<keyof typeof EXTI_REGISTERS>(EXTI_REGISTERS, {
      IMR: { written: () => this.#updateRequests() },
      SWIER: { written: (value, before) => this.#requestBySoftware(value & ~before) },
      PR: { written: (_value, _before, written) => this.#clear(written) },
    });
  }

  reset(): void {
    this.#registers.reset();
    this.#updateRequests();
  }

  read(offset: number): number {
    return this.#registers.read(offset);
  }

  write(offset: number, value: number, mask: number): void {
    this.#registers.write(offset, value, mask);
  }

  /** Calls `listener` whenever a line wakes the processor from sleep or STOP. */
  onWake(listener: (line: number, kind: WakeKind) => void): void {
    this.#listeners.push(listener);
  }

  /** The level of a pin has changed. */
  pin(port: PinPort, pin: number, isHigh: boolean): void {
    if (this.#portOf(pin) === port) this.edge(pin, isHigh);
  }

  /** An edge on a line, from a pin or a peripheral. */
  edge(line: number, isRising: boolean): void {
    const bit = 1 << line;
    if (!this.#registers.has(isRising ? 'RTSR' : 'FTSR', bit)) return;
    this.#registers.change('PR', bit & LINES);
    this.#wake(bit);
    this.#updateRequests();
  }

  /** A pending bit is set if the line's interrupt is enabled (RM0368 §10.3.5). */
  #requestBySoftware(bits: number): void {
    this.#registers.change('PR', bits & this.#registers.get('IMR'));
    for (let line = 0; line < 23; line += 1) this.#wake(bits & (1 << line));
    this.#updateRequests();
  }

  /** Clearing a pending bit clears its software request, too (RM0368 §10.3.5). */
  #clear(written: number): void {
    this.#registers.change('SWIER', 0, written);
    this.#updateRequests();
  }

  /** @param bit of one line, or 0 */
  #wake(bit: number): void {
    if (bit === 0) return;
    const line = 31 - Math.clz32(bit);
    if (this.#registers.has('IMR', bit)) for (const listener of this.#listeners) listener(line, 'interrupt');
    if (this.#registers.has('EMR', bit)) for (const listener of this.#listeners) listener(line, 'event');
  }

  #updateRequests(): void {
    const requested = this.#registers.get('PR') & this.#registers.get('IMR');
    for (const [irq, lines] of REQUESTS) this.#lines.set(irq, (requested & lines) !== 0);
  }
}
