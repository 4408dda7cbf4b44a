import type { OtgFs } from '@passfob/emulator/stm32f401/usb/otg-fs';
import { OtgDriver } from './otg-driver.ts';

export const PRODUCT = 'Gadget';
export const REPORT_DESCRIPTOR = Uint8Array.of(0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, 0xc0);
export const POLL_MS = 10;
const SERIAL_IN = 0x83;
const SERIAL_OUT = 0x03;
const SERIAL_STATUS = 0x82;
const KEYBOARD_IN = 0x81;

const DEVICE = Uint8Array.of(18, 1, 0, 2, 0xef, 2, 1, 64, 0x83, 4, 0x40, 0x57, 0, 2, 0, 1, 0, 1);

/** A configuration with a CDC ACM function on interfaces 0 and 1, and a keyboard on interface 2. */
const CONFIGURATION = configuration([
  [8, 0x0b, 0, 2, 2, 2, 1, 0],
  [9, 4, 0, 0, 1, 2, 2, 1, 0],
  [5, 0x24, 0, 0x10, 1],
  [4, 0x24, 2, 2],
  [5, 0x24, 6, 0, 1],
  [7, 5, SERIAL_STATUS, 3, 8, 0, 16],
  [9, 4, 1, 0, 2, 10, 0, 0, 0],
  [7, 5, SERIAL_OUT, 2, 64, 0, 0],
  [7, 5, SERIAL_IN, 2, 64, 0, 0],
  [9, 4, 2, 0, 1, 3, 1, 1, 0],
  [9, 0x21, 0x11, 1, 0, 1, 0x22, REPORT_DESCRIPTOR.length, 0],
  [7, 5, KEYBOARD_IN, 3, 8, 0, POLL_MS],
]);

function configuration(parts: readonly number[][]): Uint8Array {
  const rest = parts.flat();
  return Uint8Array.of(9, 2, rest.length + 9, 0, 3, 1, 0, 0xc0, 50, ...rest);
}

function text(value: string): Uint8Array {
  return Uint8Array.of(2 + 2 * value.length, 3, ...[...value].flatMap(letter => [letter.charCodeAt(0), 0]));
}

/** A device with a serial port and a keyboard, driven through the registers of OTG FS. */
export class Gadget {
  readonly driver: OtgDriver;
  readonly log: string[] = [];
  /** What the host has sent over the serial port. */
  readonly received: number[] = [];
  isConfigured = false;
  isSending = false;
  lights: readonly number[] = [];
  lineState = 0;
  /** Called when it has taken a packet; asks for the next one by `listen`. */
  onPacket = (): void => this.listen();
  onSent = (): void => {};
  onFrame = (): void => {};
  /** Answers a request by itself, if it returns true. */
  onSetup = (_request: Uint8Array): boolean => false;
  #answer: Uint8Array | undefined;
  #isReading = false;

  constructor(otg: OtgFs) {
    this.driver = new OtgDriver(otg, {
      reset: () => this.#reset(),
      suspended: () => this.log.push('suspended'),
      resumed: () => this.log.push('resumed'),
      disconnected: () => this.log.push('disconnected'),
      startOfFrame: () => this.onFrame(),
      setup: request => this.#setup(request),
      sent: endpoint => this.#sent(endpoint),
      received: (endpoint, bytes) => this.#received(endpoint, bytes),
    });
  }

  listen(): void {
    this.driver.receive(SERIAL_OUT);
  }

  sendSerial(bytes: Uint8Array): void {
    this.isSending = true;
    this.driver.send(SERIAL_IN & 0x7f, bytes);
  }

  sendReport(bytes: Uint8Array): void {
    this.driver.send(KEYBOARD_IN & 0x7f, bytes);
  }

  #reset(): void {
    this.log.push('reset');
    this.isConfigured = false;
    this.isSending = false;
  }

  #setup(request: Uint8Array): void {
    if (this.onSetup(request)) return;
    const [type = 0, kind = 0, low = 0, high = 0] = request;
    const length = (request[6] ?? 0) | ((request[7] ?? 0) << 8);
    this.#isReading = false;
    if (type & 0x80) this.#reply(kind === 6 ? this.#descriptor(high, low) : undefined, length);
    else if (type === 0x00 && kind === 5) {
      this.driver.setAddress(low);
      this.#status();
    } else if (type === 0x00 && kind === 9) {
      this.#configure();
      this.#status();
    } else if (type === 0x02 && kind === 1) {
      this.driver.stall(request[4] ?? 0, false);
      this.#status();
    } else if (type === 0x21 && length > 0) {
      this.#isReading = true;
      this.driver.receive(0);
    } else if (type === 0x21) {
      if (kind === 0x22) this.lineState = low;
      this.#status();
    } else this.refuse();
  }

  /** Stalls the control transfer. */
  refuse(): void {
    this.driver.stall(0x80);
    this.driver.stall(0x00);
  }

  #descriptor(kind: number, index: number): Uint8Array | undefined {
    if (kind === 1) return DEVICE;
    if (kind === 2) return CONFIGURATION;
    if (kind === 3) return index === 0 ? undefined : text(PRODUCT);
    return kind === 0x22 ? REPORT_DESCRIPTOR : undefined;
  }

  #reply(bytes: Uint8Array | undefined, length: number): void {
    if (bytes === undefined) this.refuse();
    else {
      this.#answer = bytes.subarray(0, length);
      this.#sendAnswer();
    }
  }

  /** The data stage goes packet by packet: PKTCNT and XFRSIZ of endpoint 0 are small. */
  #sendAnswer(): void {
    const packet = (this.#answer ?? new Uint8Array(0)).subarray(0, 64);
    const rest = this.#answer?.subarray(packet.length);
    this.#answer = rest && rest.length > 0 ? rest : undefined;
    this.driver.send(0, packet);
    this.driver.receive(0);
  }

  #status(): void {
    this.driver.send(0, new Uint8Array(0));
  }

  #sent(endpoint: number): void {
    if (endpoint === 0 && this.#answer) this.#sendAnswer();
    if (endpoint !== (SERIAL_IN & 0x7f)) return;
    this.isSending = false;
    this.onSent();
  }

  #received(endpoint: number, bytes: Uint8Array): void {
    if (endpoint === SERIAL_OUT) {
      this.received.push(...bytes);
      this.onPacket();
    } else if (this.#isReading) {
      this.#isReading = false;
      if (bytes.length !== 7) this.lights = [...bytes];
      this.#status();
    }
  }

  #configure(): void {
    this.log.push('configured');
    this.isConfigured = true;
    this.driver.activate(KEYBOARD_IN, 3, 8);
    this.driver.activate(SERIAL_STATUS, 3, 8);
    this.driver.activate(SERIAL_IN, 2, 64);
    this.driver.activate(SERIAL_OUT, 2, 64);
    this.listen();
  }
}
