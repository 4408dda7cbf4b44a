import { performance } from 'node:perf_hooks';
import type { Wire } from '../base/fob.ts';
import { BAUD_SLICE_BYTES, BITS_PER_BYTE, MAX_UNREAD_BYTES } from './limits.ts';

export interface PacedWire extends Wire {
  /** Drops all bytes that are still on their way. */
  stop(): void;
}

/** Returns the wire behind a real UART: each byte takes the time of ten bits, in either direction, in real time. */
export function pacedWire(wire: Wire, baud: number): PacedWire {
  const lines: PacedLine[] = [];
  const line = (deliver: (bytes: Uint8Array) => void) => {
    const made = new PacedLine(baud, deliver);
    lines.push(made);
    return made;
  };
  const toBoard = line(bytes => wire.write(bytes));
  return {
    write: bytes => toBoard.take(bytes),
    onData(listener) {
      const toHost = line(listener);
      const end = wire.onData(bytes => toHost.take(bytes));
      return () => {
        end();
        toHost.stop();
      };
    },
    stop: () => {
      for (const each of lines) each.stop();
    },
  };
}

/** One direction. */
class PacedLine {
  readonly #msPerByte: number;
  readonly #deliver: (bytes: Uint8Array) => void;
  #waiting: Buffer = Buffer.alloc(0);
  /** When the last delivered byte ended. */
  #freeMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(baud: number, deliver: (bytes: Uint8Array) => void) {
    this.#msPerByte = (BITS_PER_BYTE * 1000) / baud;
    this.#deliver = deliver;
  }

  take(bytes: Uint8Array): void {
    // The other end does not read: further bytes are lost, as on a front without a baud rate.
    if (this.#waiting.length > MAX_UNREAD_BYTES) return;
    if (this.#waiting.length === 0) this.#freeMs = Math.max(this.#freeMs, performance.now());
    this.#waiting = Buffer.concat([this.#waiting, bytes]);
    this.#arm();
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#waiting.length === 0) return;
    const bytes = Math.min(this.#waiting.length, BAUD_SLICE_BYTES);
    // Measured on the line's own time, so that a late timer does not delay later bytes even more.
    const endsMs = this.#freeMs + bytes * this.#msPerByte;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#freeMs = endsMs;
      const slice = this.#waiting.subarray(0, bytes);
      this.#waiting = this.#waiting.subarray(bytes);
      this.#arm();
      this.#deliver(new Uint8Array(slice));
    }, endsMs - performance.now());
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = Buffer.alloc(0);
  }
}
