import type { UsbConfiguration } from './descriptors.ts';
import type { FunctionPorts } from './function-ports.ts';
import { getReportDescriptor, setIdle, setReport } from './requests.ts';

const HID = 0x03;

/** A report that a HID interface sent. */
export interface ReceivedReport {
  /** When the host got it, in ticks. */
  readonly at: number;
  readonly interfaceNumber: number;
  readonly bytes: Uint8Array;
}

/** The driver for keyboards and all other HID interfaces of a device (HID 1.11). */
export class HidDriver {
  #listeners: ((report: ReceivedReport) => void)[] = [];
  #descriptors = new Map<number, Uint8Array>();
  #ports: FunctionPorts | undefined;

  /** Report descriptors by the number of the interface, once read. */
  get reportDescriptors(): ReadonlyMap<number, Uint8Array> {
    return this.#descriptors;
  }

  /** Listens to reports. Returns a function that stops listening. */
  onReport(listener: (report: ReceivedReport) => void): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter(other => other !== listener);
    };
  }

  /** Sends an output report: the lights of a keyboard. Ignored without a device. */
  send(interfaceNumber: number, identifier: number, bytes: Uint8Array): void {
    this.#ports?.control(setReport(interfaceNumber, identifier, bytes));
  }

  /** Takes over all HID interfaces of the device. */
  bind(configuration: UsbConfiguration, ports: FunctionPorts): void {
    this.#ports = ports;
    for (const { number, class: ofClass, endpoints, reportDescriptorBytes } of configuration.interfaces) {
      const input = endpoints.find(({ address, kind }) => kind === 'interrupt' && address & 0x80);
      if (ofClass !== HID || input === undefined) continue;
      // Devices may refuse SET_IDLE, which hosts put up with (HID 1.11 §7.2.4).
      ports.control(setIdle(number));
      ports.control(getReportDescriptor(number, reportDescriptorBytes ?? 0), descriptor => {
        if (descriptor === undefined) return;
        this.#descriptors.set(number, descriptor);
        ports.poll(input, bytes => this.#received(number, bytes));
      });
    }
  }

  #received(interfaceNumber: number, bytes: Uint8Array): void {
    const at = this.#ports?.schedule.time.now ?? 0;
    for (const listener of this.#listeners) listener({ at, interfaceNumber, bytes });
  }

  /** The device is gone, or gets a reset. */
  unbind(): void {
    this.#ports = undefined;
    this.#descriptors = new Map();
  }
}
