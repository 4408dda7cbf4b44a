import {
  EVENT_HEADER_BYTES,
  HOSTED_READ_BYTES,
  PIN_EVENT_BYTES,
  QUEUE_SPARE_BYTES,
  UART_BYTES,
  USB_PACKET_BYTES,
} from '../base/limits.ts';
import type { BoardWiring, PortName } from '../board/wiring/wiring.ts';

/** Characters that arrived at a port together. */
interface Characters {
  readonly port: PortName;
  readonly bytes: Uint8Array;
}

/** Anything else that an interrupt reports. */
interface Report {
  readonly port: undefined;
  readonly bytes: { readonly length: number };
  readonly run: () => void;
}

export type Input = Characters | Report;

/**
 * Espruino's queue of inputs (jsdevices.c): what interrupts report, in order, until the idle loop takes it. A sender
 * waits while the queue is full, as USB does and the Linux build lets it.
 */
export class InputQueue {
  readonly #facts: BoardWiring;
  #entries: Input[] = [];
  #used = 0;
  /** Not in the queue yet: what senders hold back. */
  #outside: Input[] = [];

  constructor(facts: BoardWiring) {
    this.#facts = facts;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0 && this.#outside.length === 0;
  }

  get length(): number {
    return this.#entries.length;
  }

  clear(): void {
    this.#entries = [];
    this.#outside = [];
    this.#used = 0;
  }

  /** Takes bytes from a port's wire, in the pieces in which the port takes them. */
  receive(port: PortName, bytes: Uint8Array): void {
    const piece = this.#pieceBytes(port);
    for (let at = 0; at < bytes.length; at += piece) {
      this.#outside.push({ port, bytes: bytes.slice(at, at + piece) });
    }
    this.admit();
  }

  /** Takes a HID report; `run` handles it. */
  report(run: () => void): void {
    this.#outside.push({ port: undefined, bytes: { length: USB_PACKET_BYTES }, run });
    this.admit();
  }

  /** Takes a change of a pin; `run` handles it. A change that finds the queue full is lost. */
  pin(run: () => void): void {
    const input: Input = { port: undefined, bytes: { length: PIN_EVENT_BYTES }, run };
    if (this.#fits(input)) this.#push(input);
  }

  /** Lets in what senders hold back, as far as there is room. */
  admit(): void {
    for (let next = this.#outside[0]; next && this.#fits(next); next = this.#outside[0]) {
      this.#outside.shift();
      if (!this.#joined(next)) this.#push(next);
    }
  }

  take(): Input | undefined {
    const input = this.#entries.shift();
    if (input) this.#used -= input.bytes.length + EVENT_HEADER_BYTES;
    return input;
  }

  /** Takes the next input if it has characters of this port. */
  takeMore(port: PortName): Uint8Array | undefined {
    if (this.#entries[0]?.port !== port) return undefined;
    return (this.take() as Characters).bytes;
  }

  #fits({ bytes }: Input): boolean {
    return this.#used + bytes.length + EVENT_HEADER_BYTES <= this.#facts.queueBytes - QUEUE_SPARE_BYTES;
  }

  #push(input: Input): void {
    this.#entries.push(input);
    this.#used += input.bytes.length + EVENT_HEADER_BYTES;
  }

  /**
   * Adds characters to the newest event, which must be of the same port and stay shorter than the longest
   * (jshPushIOCharEvents). The oldest one is left alone: the idle loop may be taking it.
   */
  #joined(input: Input): boolean {
    const last = this.#entries.at(-1);
    if (this.#entries.length < 2 || input.port === undefined || last?.port !== input.port) return false;
    if (last.bytes.length + input.bytes.length >= this.#facts.eventBytes) return false;
    this.#entries[this.#entries.length - 1] = {
      port: last.port,
      bytes: Uint8Array.of(...last.bytes, ...input.bytes),
    };
    this.#used += input.bytes.length;
    return true;
  }

  #pieceBytes(port: PortName): number {
    if (port === 'Bluetooth') return this.#facts.bangle?.writeBytes ?? USB_PACKET_BYTES;
    if (this.#facts.hosted) return HOSTED_READ_BYTES;
    return port === 'USB' ? USB_PACKET_BYTES : UART_BYTES;
  }
}
