import type { SimulatedFob } from '../../base/fob.ts';
import { ControlTransfer, readSetup } from './control.ts';
import { DATA_ENDPOINT, type DeviceFacts, HID_ENDPOINT, NOTIFICATION_ENDPOINT } from './descriptors.ts';
import { answer, InPipe, ReportPipe, StreamPipe } from './pipes.ts';
import type { Transfer } from './transfer.ts';
import { RESULT } from './wire.ts';

/** A board's USB device while one computer has it: a serial port, and HID if the image offers it. */
export class UsbDevice {
  readonly #fob: SimulatedFob;
  readonly #control: ControlTransfer;
  readonly #stream = new StreamPipe();
  /** Endpoints to the computer, and from it. */
  readonly #ins = new Map<number, InPipe>();
  readonly #outs = new Map<number, (data: Uint8Array) => void>();
  readonly #stopListening: () => void;
  #terminalReady = false;

  /** Plugs in the board's cable. */
  constructor(fob: SimulatedFob, facts: DeviceFacts) {
    this.#fob = fob;
    const reports = new ReportPipe();
    this.#ins.set(DATA_ENDPOINT, this.#stream).set(NOTIFICATION_ENDPOINT, new InPipe());
    this.#outs.set(DATA_ENDPOINT, data => fob.serial('USB').write(data));
    if (facts.reportDescriptor) this.#ins.set(HID_ENDPOINT, reports);
    const writeReport = (report: Uint8Array) => fob.usbHid.write(report);
    if (facts.reportDescriptor && facts.takesReports) this.#outs.set(HID_ENDPOINT, writeReport);
    this.#control = new ControlTransfer(facts, {
      configure: configured => this.#configure(configured),
      terminalReady: ready => this.#terminal(ready),
      writeReport,
    });
    this.#stopListening = fob.serial('USB').onData(bytes => this.#stream.give(bytes));
    fob.setUsb(true);
    fob.usbHid.serve({
      get isPolling() {
        return reports.isPolling;
      },
      onReport: report => reports.give(report),
    });
  }

  /** Pulls the cable. */
  close(): void {
    this.#stopListening();
    this.#fob.setUsb(false);
    this.#fob.usbHid.serve(undefined);
  }

  submit(transfer: Transfer): void {
    const { endpoint, isIn, length, data } = transfer;
    const pipe = isIn ? this.#ins.get(endpoint) : undefined;
    const take = isIn ? undefined : this.#outs.get(endpoint);
    if (endpoint === 0) this.#request(transfer);
    else if (this.#control.configuration === 0 || !(pipe || take)) transfer.end(RESULT.stall);
    else if (length === 0) transfer.end(RESULT.ok);
    else if (pipe) pipe.ask(transfer);
    else {
      take?.(data);
      transfer.end(RESULT.ok);
    }
  }

  /** Cancels a waiting transfer. */
  cancel(transfer: Transfer): void {
    this.#ins.get(transfer.endpoint)?.takeBack(transfer);
  }

  #request(transfer: Transfer): void {
    const given = this.#control.handle(readSetup(transfer.setup), transfer.data);
    if (given === undefined) transfer.end(RESULT.stall);
    else answer(transfer, given);
  }

  #configure(configured: boolean): void {
    for (const pipe of this.#ins.values()) pipe.clear();
    this.#fob.usbHid.configure(configured);
  }

  /** Bytes that a program left unread when it closed the port are not for the next program. */
  #terminal(ready: boolean): void {
    if (this.#terminalReady && !ready) this.#stream.clear();
    this.#terminalReady = ready;
  }
}
