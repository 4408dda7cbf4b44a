import type { EventRecord, TraceRecord, TraceWay } from '@passfob/protocol/trace/records';
import type { BoardHardware } from './hardware.ts';
import { Listeners } from './listeners.ts';
import type { LinkName } from './wiring/wiring.ts';

/** The outputs of the board: bytes of its ports, and events for recordings and traces. */
export class Signals {
  readonly listeners = new Listeners();
  readonly #board: BoardHardware;

  constructor(board: BoardHardware) {
    this.#board = board;
    for (const hid of [board.usb, board.radio]) {
      hid.onFrame = report => this.send('HID', report);
      // A keyboard report may hold a passcode.
      hid.onTyped = length =>
        this.happened(atUs => ({ kind: 'left-out', atUs, port: 'HID', way: 'out', length, why: 'typed' }));
    }
    board.operations.onOperation = (memory, act, at, length) =>
      this.happened(atUs => ({ kind: 'memory', atUs, memory, act, at, length }));
  }

  /** Tells listeners of events, if there are any. */
  happened(event: (atUs: number) => TraceRecord): void {
    if (this.listeners.wantsEvents) this.listeners.happened(event(this.#board.scheduler.nowUs));
  }

  powerChanged(change: Extract<EventRecord, { kind: 'power' }>['change']): void {
    this.happened(atUs => ({ kind: 'power', atUs, change }));
  }

  passed(port: LinkName, way: TraceWay, bytes: Uint8Array): void {
    this.happened(atUs => ({ kind: 'bytes', atUs, port, way, bytes: new Uint8Array(bytes) }));
  }

  send(port: LinkName, bytes: Uint8Array): void {
    this.listeners.send(port, bytes);
    this.passed(port, 'out', bytes);
  }
}
