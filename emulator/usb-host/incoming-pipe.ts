import type { UsbHandshake } from '../base/usb-port.ts';
import { REFUSED_US, transactionUs } from './bus-time.ts';
import { ERRORS_IN_A_ROW } from './limits.ts';
import type { Schedule, UsbPipe } from './schedule.ts';

export interface IncomingPipeOptions {
  readonly schedule: Schedule;
  readonly address: number;
  readonly endpoint: number;
  /**
   * Returns the next time to ask the device, in ticks.
   * @param isAfterData the device has just sent a packet; otherwise it may be ready where it was not
   */
  next(isAfterData: boolean): number;
  onData(bytes: Uint8Array): void;
  /** The endpoint is halted, or does not answer. */
  onFailure(handshake: 'stall' | 'silent'): void;
}

/** Packets from a bulk or interrupt endpoint, as long as somebody wants them. */
export class IncomingPipe implements UsbPipe {
  due: number | undefined;
  readonly #options: IncomingPipeOptions;
  #isWanted = false;
  #toggle: 0 | 1 = 0;
  #errors = 0;
  /** After STALL, or without any answer, until `restart`. */
  #hasFailed = false;

  constructor(options: IncomingPipeOptions) {
    this.#options = options;
  }

  /** Starts or stops to ask the device. */
  want(isWanted: boolean): void {
    this.#isWanted = isWanted;
    this.due = undefined;
    this.retry();
    this.#options.schedule.changed();
  }

  /** The halt of the endpoint is over. */
  restart(): void {
    this.#toggle = 0;
    this.#errors = 0;
    this.#hasFailed = false;
    this.retry();
    this.#options.schedule.changed();
  }

  retry(): void {
    if (this.#isWanted && !this.#hasFailed) this.due ??= this.#options.next(false);
  }

  transact(): number {
    const { schedule, address, endpoint, next, onData } = this.#options;
    this.due = undefined;
    const answer = schedule.device.in(address, endpoint);
    if (typeof answer === 'string') return this.#fail(answer);
    this.#errors = 0;
    // A packet with the toggle of the last one is that one again (USB 2.0 §8.6).
    const isNew = answer.toggle === this.#toggle;
    if (isNew) this.#toggle = answer.toggle === 1 ? 0 : 1;
    this.due = next(true);
    if (isNew) onData(answer.bytes);
    return transactionUs(answer.bytes.length);
  }

  #fail(handshake: Exclude<UsbHandshake, 'ack'>): number {
    if (handshake === 'silent') this.#errors++;
    if (handshake === 'stall' || this.#errors === ERRORS_IN_A_ROW) {
      this.#hasFailed = true;
      this.#options.onFailure(handshake === 'stall' ? 'stall' : 'silent');
    } else if (handshake === 'silent') this.due = this.#options.next(true);
    return REFUSED_US;
  }
}
