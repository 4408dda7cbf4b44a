import type { UsbEndpoint } from './descriptors.ts';
import type { UsbRequest } from './requests.ts';
import type { Schedule } from './schedule.ts';

/** What the driver of a function of a device, such as its serial port, needs of the host. */
export interface FunctionPorts {
  readonly schedule: Schedule;
  /** Of the device. */
  readonly address: number;
  /** Sends a request. The result, if anybody asks, is undefined after a failure. */
  control(request: UsbRequest, done?: (data: Uint8Array | undefined) => void): void;
  /** Asks an interrupt endpoint for data at its interval until the device is gone. */
  poll(endpoint: UsbEndpoint, onData: (bytes: Uint8Array) => void): void;
  /** Returns when a transaction may follow, in ticks: after data at once, else within the host's reaction time. */
  soon(isAfterData: boolean): number;
  /** After STALL: sends `clearing` and calls `restart`. Where the device does not answer any more: resets the port. */
  fail(handshake: 'stall' | 'silent', clearing: UsbRequest, restart: () => void): void;
}
