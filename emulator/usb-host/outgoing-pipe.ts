import { REFUSED_US, transactionUs } from './bus-time.ts';
import { ERRORS_IN_A_ROW, PENDING_BYTES } from './limits.ts';
import type { Schedule, UsbPipe } from './schedule.ts';

export interface OutgoingPipeOptions {
  readonly schedule: Schedule;
  readonly address: number;
  readonly endpoint: number;
  /** Bytes a packet at most; not above wMaxPacketSize. */
  readonly packetBytes: number;
  /** Whether a write whose last packet is as large as packets get is followed by one without bytes. */
  readonly endsWithShortPacket: boolean;
  /**
   * Returns when the next packet may go, in ticks.
   * @param isAfterData the device has just taken a packet; otherwise it may be ready where it was not
   */
  next(isAfterData: boolean): number;
  onFailure(handshake: 'stall' | 'silent'): void;
}

/** Packets to a bulk endpoint. No packet holds bytes of two writes. */
export class OutgoingPipe implements UsbPipe {
  due: number | undefined;
  /** Bytes that the device has not taken yet. */
  pending = 0;
  readonly #options: OutgoingPipeOptions;
  #packets: Uint8Array[] = [];
  #toggle: 0 | 1 = 0;
  #errors = 0;
  /** After STALL, or without any answer, until `restart`. */
  #hasFailed = false;

  constructor(options: OutgoingPipeOptions) {
    this.#options = options;
  }

  write(bytes: Uint8Array): void {
    const { packetBytes, endsWithShortPacket, schedule } = this.#options;
    if (this.pending + bytes.length > PENDING_BYTES) return;
    for (let at = 0; at < bytes.length; at += packetBytes)
      this.#packets.push(bytes.slice(at, at + packetBytes));
    if (endsWithShortPacket && bytes.length > 0 && bytes.length % packetBytes === 0)
      this.#packets.push(new Uint8Array(0));
    this.pending += bytes.length;
    this.retry();
    schedule.changed();
  }

  /** Drops what the device has not taken. */
  clear(): void {
    this.#packets = [];
    this.pending = 0;
    this.due = undefined;
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
    if (this.#packets.length > 0 && !this.#hasFailed) this.due ??= this.#options.next(false);
  }

  transact(): number {
    const { schedule, address, endpoint, onFailure } = this.#options;
    this.due = undefined;
    const bytes = this.#packets[0];
    if (bytes === undefined) return 0;
    const handshake = schedule.device.out(address, endpoint, { toggle: this.#toggle, bytes });
    if (handshake === 'ack') {
      this.#errors = 0;
      this.#toggle = this.#toggle === 1 ? 0 : 1;
      this.#packets.shift();
      this.pending -= bytes.length;
      if (this.#packets.length > 0) this.due = this.#options.next(true);
      return transactionUs(bytes.length);
    }
    if (handshake === 'silent') this.#errors++;
    if (handshake === 'stall' || this.#errors === ERRORS_IN_A_ROW) {
      this.#hasFailed = true;
      onFailure(handshake === 'stall' ? 'stall' : 'silent');
    } else if (handshake === 'silent') this.retry();
    // The data packet of a refused OUT transaction has been sent all the same (USB 2.0 §8.5.2).
    return REFUSED_US + transactionUs(bytes.length);
  }
}
