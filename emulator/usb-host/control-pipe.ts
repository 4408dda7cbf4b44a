import { type Alarm, TICKS_PER_US } from '../base/timeline.ts';
import type { UsbHandshake } from '../base/usb-port.ts';
import { REFUSED_US, transactionUs } from './bus-time.ts';
import { ERRORS_IN_A_ROW, LIMITS } from './limits.ts';
import { setupBytes, type UsbRequest } from './requests.ts';
import type { Schedule, UsbPipe } from './schedule.ts';

/** How a control transfer ended: with the data read, or how not. `error`: the device does not answer at all. */
export type ControlResult = Uint8Array | 'stall' | 'timeout' | 'error';

interface Transfer {
  readonly request: UsbRequest;
  readonly done: (result: ControlResult) => void;
}

type Stage = 'setup' | 'data' | 'status';

/** Control transfers with endpoint 0, one after the other (USB 2.0 §8.5.3). */
export class ControlPipe implements UsbPipe {
  due: number | undefined;
  address = 0;
  /** bMaxPacketSize0 of the device. */
  packetBytes = 8;
  readonly #schedule: Schedule;
  readonly #pauseUs: () => number;
  #queue: Transfer[] = [];
  #stage: Stage = 'setup';
  #data: number[] = [];
  #toggle: 0 | 1 = 1;
  #errors = 0;
  #timeout: Alarm | undefined;

  /** @param pauseUs from one transaction, or news of the device, to the next transaction */
  constructor(schedule: Schedule, pauseUs: () => number) {
    this.#schedule = schedule;
    this.#pauseUs = pauseUs;
  }

  request(request: UsbRequest, done: (result: ControlResult) => void): void {
    this.#queue.push({ request, done });
    if (this.#queue.length === 1) this.#begin();
  }

  /** Drops all transfers; nobody is told. */
  clear(): void {
    this.#queue = [];
    this.due = undefined;
    this.#schedule.time.cancel(this.#timeout);
  }

  retry(): void {
    if (this.#queue.length > 0) this.due ??= this.#soon();
  }

  #soon(): number {
    return this.#schedule.time.now + this.#pauseUs() * TICKS_PER_US;
  }

  #begin(): void {
    const { time } = this.#schedule;
    time.cancel(this.#timeout);
    if (this.#queue.length === 0) return;
    this.#stage = 'setup';
    this.#data = [];
    this.#toggle = 1;
    this.#errors = 0;
    this.due = this.#soon();
    this.#timeout = time.at(time.now + LIMITS.controlUs * TICKS_PER_US, () => this.#finish('timeout'));
    this.#schedule.changed();
  }

  #finish(result: ControlResult): void {
    const transfer = this.#queue.shift();
    this.due = undefined;
    this.#schedule.time.cancel(this.#timeout);
    transfer?.done(result);
    if (this.due === undefined) this.#begin();
  }

  transact(): number {
    const request = this.#queue[0]?.request;
    this.due = undefined;
    if (request === undefined) return 0;
    if (this.#stage === 'setup') return this.#setup(request);
    const isRead = (request.type & 0x80) !== 0;
    return isRead === (this.#stage === 'data') ? this.#in(request) : this.#out(request);
  }

  #setup(request: UsbRequest): number {
    if (this.#schedule.device.setup(this.address, setupBytes(request)) === 'ack') {
      this.#errors = 0;
      const bytes = request.data?.length ?? request.length ?? 0;
      this.#stage = bytes > 0 ? 'data' : 'status';
      this.due = this.#soon();
    } else this.#fail('silent');
    return transactionUs(8);
  }

  #in(request: UsbRequest): number {
    const answer = this.#schedule.device.in(this.address, 0);
    if (typeof answer === 'string') return this.#fail(answer);
    this.#errors = 0;
    const { bytes, toggle } = answer;
    if (this.#stage === 'status') this.#finish(Uint8Array.from(this.#data));
    else {
      if (toggle === this.#toggle) {
        this.#toggle = toggle === 1 ? 0 : 1;
        this.#data.push(...bytes);
        if (bytes.length < this.packetBytes || this.#data.length >= (request.length ?? 0)) this.#endData();
      }
      this.due = this.#soon();
    }
    return transactionUs(bytes.length);
  }

  #out(request: UsbRequest): number {
    const isStatus = this.#stage === 'status';
    const sent = this.#data.length;
    const bytes = isStatus ? new Uint8Array(0) : request.data?.slice(sent, sent + this.packetBytes);
    const packet = { toggle: this.#toggle, bytes: bytes ?? new Uint8Array(0) };
    const handshake = this.#schedule.device.out(this.address, 0, packet);
    if (handshake !== 'ack') return this.#fail(handshake);
    this.#errors = 0;
    if (isStatus) this.#finish(Uint8Array.from(this.#data));
    else {
      this.#data.push(...packet.bytes);
      this.#toggle = this.#toggle === 1 ? 0 : 1;
      if (this.#data.length >= (request.data?.length ?? 0)) this.#endData();
      this.due = this.#soon();
    }
    return transactionUs(packet.bytes.length);
  }

  /** The status stage begins with DATA1. */
  #endData(): void {
    this.#stage = 'status';
    this.#toggle = 1;
  }

  /** Waits for the device after NAK, ends the transfer after STALL, tries again where nothing came. */
  #fail(handshake: Exclude<UsbHandshake, 'ack'>): number {
    if (handshake === 'stall') this.#finish('stall');
    else if (handshake === 'silent') {
      this.#errors++;
      if (this.#errors === ERRORS_IN_A_ROW) this.#finish('error');
      else this.due = this.#soon();
    }
    return REFUSED_US;
  }
}
