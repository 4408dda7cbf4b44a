import type { InterruptLines, Peripheral } from '../base/peripheral.ts';
import { Registers } from '../base/registers.ts';
import type { Alarm, BoardTime } from '../base/timeline.ts';
import { ClockCount } from './clock-count.ts';
import type { Clocks } from './clocks.ts';
import { IRQ } from './interrupts.ts';
import { INCOMING_FRAMES_MAX } from './limits.ts';
import { dataMask, frameCycles, withParity } from './usart-frame.ts';
import {
  USART_CR1,
  USART_INTERRUPTS,
  USART_REGISTERS,
  USART_SR,
  type UsartRegister,
} from './usart-registers.ts';

export interface UsartOptions {
  readonly name: 'USART1' | 'USART2' | 'USART6';
  readonly time: BoardTime;
  readonly lines: InterruptLines;
  readonly clocks: Clocks;
}

/**
 * A serial port (RM0368 §19), asynchronous, with interrupts. The other end of the wire speaks at the port's rate and in
 * its format. DMA, LIN, break, half duplex, the synchronous, smartcard and IrDA modes and the flow control keep their
 * bits and do nothing.
 */
export class Usart implements Peripheral {
  readonly name: UsartOptions['name'];
  readonly #options: UsartOptions;
  readonly #registers: Registers<UsartRegister>;
  readonly #clock: ClockCount;
  readonly #listeners: ((data: number) => void)[] = [];
  /** Flags that software has read as set, so that a read of DR clears them. */
  #seenFlags = 0;
  #received = 0;
  /** Data in TDR, waiting for the shift register. */
  #waiting: number | undefined;
  /** The frame in the shift register: what it carries, and the cycle at which its stop bit is over. */
  #sending: { readonly data: number; readonly end: number } | undefined;
  #sendAlarm: Alarm | undefined;
  readonly #incoming: number[] = [];
  /** The cycle at which the frame on the wire is over, or the line counts as idle. */
  #arrival: number | undefined;
  #arrivalAlarm: Alarm | undefined;

  constructor(options: UsartOptions) {
    this.name = options.name;
    this.#options = options;
    this.#clock = new ClockCount(options.time);
    this.#clock.hz = this.#clockHz;
    this.#registers = new Registers<UsartRegister>(USART_REGISTERS, {
      SR: { read: () => this.#readStatus(), written: () => this.#update() },
      DR: { read: () => this.#readData(), written: value => this.#transmit(value) },
      CR1: { written: (value, before) => this.#control(value, before) },
    });
    options.clocks.onChange(() => this.#changeClock());
  }

  /** Frames on the wire are lost. */
  reset(): void {
    this.#registers.reset();
    this.#seenFlags = 0;
    this.#received = 0;
    this.#waiting = undefined;
    this.#sending = undefined;
    this.#incoming.length = 0;
    this.#arrival = undefined;
    this.#schedule();
    this.#update();
  }

  read(offset: number): number {
    return this.#registers.read(offset);
  }

  write(offset: number, value: number, mask: number): void {
    this.#registers.write(offset, value, mask);
  }

  /**
   * Sends data to the chip, one frame after the other. While the receiver is off they are lost, as are those for which
   * more than 65,536 would have to wait.
   * @param data bytes, or with nine data bits numbers up to 511; parity is added
   */
  receive(data: Iterable<number>): void {
    if (!this.#isOn(USART_CR1.RE)) return;
    const isIdle = this.#incoming.length === 0;
    for (const frame of data) {
      if (this.#incoming.length === INCOMING_FRAMES_MAX) break;
      this.#incoming.push(frame);
    }
    if (isIdle && this.#incoming.length > 0) this.#awaitFrame();
  }

  /** Calls `listener` when a frame of the chip is over, with its data without parity. */
  onByte(listener: (data: number) => void): void {
    this.#listeners.push(listener);
  }

  get #clockHz(): number {
    return this.name === 'USART2' ? this.#options.clocks.pclk1 : this.#options.clocks.pclk2;
  }

  #isOn(direction: number): boolean {
    const isEnabled = this.#registers.has('CR1', USART_CR1.UE) && this.#registers.has('CR1', direction);
    return isEnabled && this.#clock.hz > 0 && this.#frameCycles > 0;
  }

  get #frameCycles(): number {
    const [cr1, cr2] = [this.#registers.get('CR1'), this.#registers.get('CR2')];
    return frameCycles({ cr1, cr2, brr: this.#registers.get('BRR') });
  }

  #readStatus(): number {
    const status = this.#registers.get('SR');
    this.#seenFlags = status & (USART_SR.CLEARED_BY_READS | USART_SR.TC);
    return status;
  }

  /** A read takes the data; after a read of SR it also clears the errors seen there (RM0368 §19.6.1). */
  #readData(): number {
    const cleared = this.#seenFlags & USART_SR.CLEARED_BY_READS;
    this.#seenFlags &= USART_SR.TC;
    this.#registers.change('SR', 0, USART_SR.RXNE | cleared);
    this.#update();
    return this.#received;
  }

  /** RM0368 §19.3.2. A write after a read of SR clears TC. */
  #transmit(data: number): void {
    this.#registers.change('SR', 0, USART_SR.TXE | (this.#seenFlags & USART_SR.TC));
    this.#seenFlags &= ~USART_SR.TC;
    this.#waiting = data;
    this.#shift();
    this.#update();
  }

  /** Data go on from TDR to the shift register as soon as that is free. */
  #shift(): void {
    if (this.#sending || this.#waiting === undefined || !this.#isOn(USART_CR1.TE)) return;
    this.#sending = { data: this.#waiting, end: this.#clock.cycles + this.#frameCycles };
    this.#waiting = undefined;
    this.#registers.change('SR', USART_SR.TXE);
    this.#schedule();
  }

  #sent(): void {
    const data = (this.#sending?.data ?? 0) & dataMask(this.#registers.get('CR1'));
    this.#sending = undefined;
    this.#shift();
    if (!this.#sending && this.#waiting === undefined) this.#registers.change('SR', USART_SR.TC);
    this.#update();
    for (const listener of this.#listeners) listener(data);
  }

  /** A transmitter that is turned off ends the frame it has begun (RM0368 §19.6.4). */
  #control(value: number, before: number): void {
    if ((value & ~before & (USART_CR1.TE | USART_CR1.UE)) !== 0) this.#shift();
    this.#loseFrames();
    this.#schedule();
    this.#update();
  }

  /** Frames that arrive while the receiver is off or without a clock are lost. */
  #loseFrames(): void {
    if (this.#isOn(USART_CR1.RE)) return;
    this.#incoming.length = 0;
    this.#arrival = undefined;
  }

  #awaitFrame(): void {
    this.#arrival = this.#clock.cycles + this.#frameCycles;
    this.#schedule();
  }

  /** RM0368 §19.3.3. Data that software has not read yet stay; those that arrive are lost: an overrun. */
  #arrived(): void {
    const data = this.#incoming.shift();
    this.#arrival = undefined;
    if (data === undefined) {
      this.#registers.change('SR', USART_SR.IDLE);
    } else {
      if (this.#registers.has('SR', USART_SR.RXNE)) this.#registers.change('SR', USART_SR.ORE);
      else {
        this.#received = withParity(data, this.#registers.get('CR1'));
        this.#registers.change('SR', USART_SR.RXNE);
      }
      // After the last frame the line is idle once it stays high for another one.
      this.#awaitFrame();
    }
    this.#update();
  }

  #changeClock(): void {
    this.#clock.hz = this.#clockHz;
    this.#loseFrames();
    this.#schedule();
  }

  #schedule(): void {
    const { time } = this.#options;
    time.cancel(this.#sendAlarm);
    time.cancel(this.#arrivalAlarm);
    this.#sendAlarm = this.#alarmAt(this.#sending?.end, () => this.#sent());
    this.#arrivalAlarm = this.#alarmAt(this.#arrival, () => this.#arrived());
  }

  #alarmAt(cycle: number | undefined, run: () => void): Alarm | undefined {
    const due = cycle === undefined ? Number.POSITIVE_INFINITY : this.#clock.due(cycle);
    return Number.isFinite(due) ? this.#options.time.at(due, run) : undefined;
  }

  #update(): void {
    const [status, enabled] = [this.#registers.get('SR'), this.#registers.get('CR1')];
    const isRequested = USART_INTERRUPTS.some(
      ({ enable, flags }) => (enabled & enable) !== 0 && (status & flags) !== 0,
    );
    this.#options.lines.set(IRQ[this.name], isRequested);
  }
}
