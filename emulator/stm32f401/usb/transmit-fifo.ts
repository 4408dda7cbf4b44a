import { PACKETS_IN_TRANSMIT_FIFO } from './limits.ts';

/** What an IN endpoint is about to send (RM0368 §22.11.2). */
export class TransmitFifo {
  /** In words; what is written beyond is lost. */
  depth = 0;
  /** Bytes written that are no packet yet, in whole words. */
  #bytes: number[] = [];
  #packets: Uint8Array[] = [];

  /** Words that are free: DTXFSTSx. */
  get free(): number {
    const held = this.#packets.reduce(
      (sum, packet) => sum + Math.ceil(packet.length / 4),
      this.#bytes.length / 4,
    );
    return Math.max(0, this.depth - held);
  }

  /** Whether it holds no data. */
  get isEmpty(): boolean {
    return this.free === this.depth;
  }

  /** Packets that are ready to go. */
  get packets(): number {
    return this.#packets.length;
  }

  write(word: number): void {
    if (this.free === 0) return;
    for (let shift = 0; shift < 32; shift += 8) this.#bytes.push((word >>> shift) & 255);
  }

  /** Makes a packet of the next `count` bytes. Returns false while they are not all written or too many packets wait. */
  form(count: number): boolean {
    if (this.#packets.length === PACKETS_IN_TRANSMIT_FIFO || this.#bytes.length < count) return false;
    const words = this.#bytes.splice(0, Math.ceil(count / 4) * 4);
    this.#packets.push(Uint8Array.from(words.slice(0, count)));
    return true;
  }

  /** Takes the oldest packet. */
  take(): Uint8Array | undefined {
    return this.#packets.shift();
  }

  flush(): void {
    this.#bytes = [];
    this.#packets = [];
  }
}
