import type { Fob } from '../../fob.ts';
import { Control, readSetup } from './control.ts';
import { DATA_ENDPOINT, type DeviceFacts, HID_ENDPOINT, NOTIFICATION_ENDPOINT } from './descriptors.ts';
import { MAX_SERIAL_BYTES } from './limits.ts';
import { RESULT } from './wire.ts';

/** A transfer (USB 2.0 §5.3.2) that a computer wants done. */
export interface Transfer {
  readonly endpoint: number;
  readonly isIn: boolean;
  /** The most bytes it may be answered with. */
  readonly length: number;
  readonly setup: Buffer;
  /** What the computer sends. */
  readonly data: Uint8Array;
  /** Called once, at once or later. */
  end(result: number, data?: Uint8Array): void;
}

const NOTHING = new Uint8Array(0);

/** A board's USB device while one computer has it: a serial port, and HID where the image offers it. */
export class UsbDevice {
  readonly #fob: Fob;
  readonly #control: Control;
  /** Transfers that wait for data, by endpoint. */
  readonly #waiting = new Map<number, Transfer[]>([
    [DATA_ENDPOINT, []],
    [NOTIFICATION_ENDPOINT, []],
  ]);
  readonly #takesReports: boolean;
  readonly #stopListening: () => void;
  #unread = Buffer.alloc(0);
  #terminalReady = false;

  /** Puts the board's cable in. */
  constructor(fob: Fob, facts: DeviceFacts) {
    this.#fob = fob;
    this.#takesReports = facts.takesReports;
    const reports: Transfer[] = [];
    if (facts.reportDescriptor) this.#waiting.set(HID_ENDPOINT, reports);
    this.#control = new Control(facts, {
      configure: configured => this.#configure(configured),
      terminalReady: ready => this.#terminal(ready),
      writeReport: report => fob.usbHid.write(report),
    });
    this.#stopListening = fob.serial('USB').onData(bytes => this.#fromSerial(bytes));
    fob.setUsb(true);
    fob.usbHid.serve({
      get isPolling() {
        return reports.length > 0;
      },
      onReport: report => answer(reports.shift(), report),
    });
  }

  /** Takes the cable out again. */
  close(): void {
    this.#stopListening();
    this.#fob.setUsb(false);
    this.#fob.usbHid.serve(undefined);
  }

  submit(transfer: Transfer): void {
    const { endpoint, isIn, data } = transfer;
    if (endpoint === 0) this.#request(transfer);
    else if (this.#control.configuration === 0) transfer.end(RESULT.stall);
    else if (isIn) this.#fetch(transfer);
    else if (endpoint === DATA_ENDPOINT) {
      if (data.length > 0) this.#fob.serial('USB').write(data);
      transfer.end(RESULT.ok);
    } else if (endpoint === HID_ENDPOINT && this.#takesReports && this.#waiting.has(HID_ENDPOINT)) {
      this.#fob.usbHid.write(data);
      transfer.end(RESULT.ok);
    } else transfer.end(RESULT.stall);
  }

  /** Takes back a transfer that waits. */
  cancel(transfer: Transfer): void {
    const waiting = this.#waiting.get(transfer.endpoint);
    const at = waiting?.indexOf(transfer) ?? -1;
    if (at >= 0) waiting?.splice(at, 1);
  }

  #request(transfer: Transfer): void {
    const given = this.#control.handle(readSetup(transfer.setup), transfer.data);
    if (given === undefined) transfer.end(RESULT.stall);
    else answer(transfer, given);
  }

  #fetch(transfer: Transfer): void {
    const waiting = this.#waiting.get(transfer.endpoint);
    if (waiting === undefined) transfer.end(RESULT.stall);
    else if (transfer.length === 0) transfer.end(RESULT.ok);
    else {
      waiting.push(transfer);
      if (transfer.endpoint === DATA_ENDPOINT) this.#serveSerial();
    }
  }

  #fromSerial(bytes: Uint8Array): void {
    const room = MAX_SERIAL_BYTES - this.#unread.length;
    this.#unread = Buffer.concat([this.#unread, bytes.subarray(0, room)]);
    this.#serveSerial();
  }

  /** A transfer shorter than what was asked for ends as after a short packet, or one of no length. */
  #serveSerial(): void {
    const waiting = this.#waiting.get(DATA_ENDPOINT) ?? [];
    while (this.#unread.length > 0) {
      const transfer = waiting.shift();
      if (!transfer) return;
      const bytes = this.#unread.subarray(0, transfer.length);
      this.#unread = this.#unread.subarray(bytes.length);
      transfer.end(RESULT.ok, bytes);
    }
  }

  #configure(configured: boolean): void {
    this.#unread = Buffer.alloc(0);
    this.#fob.usbHid.configure(configured);
  }

  /** What a program that has closed the port did not fetch is not for the next one. */
  #terminal(ready: boolean): void {
    if (this.#terminalReady && !ready) this.#unread = Buffer.alloc(0);
    this.#terminalReady = ready;
  }
}

function answer(transfer: Transfer | undefined, data: Uint8Array): void {
  if (transfer === undefined) return;
  if (transfer.isIn && data.length > transfer.length) transfer.end(RESULT.overflow);
  else transfer.end(RESULT.ok, transfer.isIn ? data : NOTHING);
}
