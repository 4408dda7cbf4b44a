import {
  CONFIGURATION,
  CONFIGURATION_TYPE,
  configurationDescriptor,
  DATA_INTERFACE,
  DEVICE,
  type DeviceFacts,
  deviceDescriptor,
  HID,
  HID_INTERFACE,
  hidDescriptor,
  interfaceClasses,
  REPORT,
  SERIAL_INTERFACE,
  STRING,
  stringDescriptor,
} from './descriptors.ts';

/** A request at endpoint 0 (USB 2.0 §9.3). */
export interface Setup {
  /** bmRequestType and bRequest, as in `0x8006`. */
  readonly request: number;
  readonly value: number;
  readonly index: number;
  readonly length: number;
}

export function readSetup(bytes: Buffer): Setup {
  return {
    request: bytes.readUInt16BE(0),
    value: bytes.readUInt16LE(2),
    index: bytes.readUInt16LE(4),
    length: bytes.readUInt16LE(6),
  };
}

/** Effects of requests outside endpoint 0. */
export interface ControlEffects {
  configure(configured: boolean): void;
  /** The computer reports that a program has opened or closed the serial port. */
  terminalReady(ready: boolean): void;
  writeReport(report: Uint8Array): void;
}

const NOTHING = new Uint8Array(0);
const SELF_POWERED = 1;
/** 9600 baud, one stop bit, no parity, 8 bits (PSTN 1.2 §6.3.11), until the computer sets others. */
const LINE_CODING = [0x80, 0x25, 0, 0, 0, 0, 8];
const ENDPOINT_HALT = 0;
const OUTPUT_REPORT = 2;
const DTR = 1;

/** Returns the request's answer, or undefined for a stall. */
type Handler = (setup: Setup, data: Uint8Array) => Uint8Array | undefined;

/**
 * Endpoint 0: the requests that Espruino knows of the standard (USB 2.0 §9.4), of a serial port (PSTN 1.2 §6.3) and
 * of HID (HID 1.11 §7.2). All others are stalled.
 */
export class ControlTransfer {
  configuration = 0;
  readonly #facts: DeviceFacts;
  readonly #effects: ControlEffects;
  readonly #handlers: Readonly<Record<number, Handler>>;
  #lineCoding = Uint8Array.from(LINE_CODING);
  #idle = 0;
  #protocol = 1;

  constructor(facts: DeviceFacts, effects: ControlEffects) {
    this.#facts = facts;
    this.#effects = effects;
    this.#handlers = { ...this.#standard(), ...this.#serial(), ...this.#hid() };
  }

  /** @returns the answer to the computer, or undefined for a stall */
  handle(setup: Setup, data: Uint8Array): Uint8Array | undefined {
    return this.#handlers[setup.request]?.(setup, data)?.subarray(0, setup.length);
  }

  #hasInterface(index: number): boolean {
    return this.configuration !== 0 && index < interfaceClasses(this.#facts).length;
  }

  #standard(): Record<number, Handler> {
    const ofInterface = (answer: Uint8Array): Handler => {
      return ({ index }) => (this.#hasInterface(index) ? answer : undefined);
    };
    const ofHalt: Handler = ({ value }) => (value === ENDPOINT_HALT ? NOTHING : undefined);
    return {
      // GET_STATUS
      32768: () => Uint8Array.of(SELF_POWERED, 0),
      33024: ofInterface(new Uint8Array(2)),
      33280: () => new Uint8Array(2),
      // CLEAR_FEATURE, SET_FEATURE: no endpoint ever halts by itself.
      513: ofHalt,
      515: ofHalt,
      // SET_ADDRESS
      5: () => NOTHING,
      // GET_DESCRIPTOR of the device, and of an interface
      32774: setup => this.#descriptor(setup),
      33030: setup => this.#hidDescriptor(setup),
      // GET_CONFIGURATION, SET_CONFIGURATION
      32776: () => Uint8Array.of(this.configuration),
      9: ({ value }) => this.#configure(value),
      // GET_INTERFACE, SET_INTERFACE
      33034: ofInterface(new Uint8Array(1)),
      267: ({ index, value }) => (this.#hasInterface(index) && value === 0 ? NOTHING : undefined),
    };
  }

  #descriptor({ value }: Setup): Uint8Array | undefined {
    const [type, index] = [value >> 8, value & 0xff];
    if (type === STRING) return stringDescriptor(index, this.#facts);
    if (index !== 0) return undefined;
    if (type === DEVICE) return deviceDescriptor(this.#facts.ids);
    return type === CONFIGURATION_TYPE ? configurationDescriptor(this.#facts) : undefined;
  }

  #hidDescriptor({ value, index }: Setup): Uint8Array | undefined {
    const { reportDescriptor } = this.#facts;
    if (index !== HID_INTERFACE || !reportDescriptor) return undefined;
    if (value === REPORT << 8) return reportDescriptor;
    return value === HID << 8 ? hidDescriptor(reportDescriptor) : undefined;
  }

  #configure(value: number): Uint8Array | undefined {
    if (value !== 0 && value !== CONFIGURATION) return undefined;
    this.configuration = value;
    this.#effects.configure(value !== 0);
    return NOTHING;
  }

  #serial(): Record<number, Handler> {
    const ofSerial = (handler: Handler): Handler => {
      return (setup, data) => {
        const isSerial = setup.index === SERIAL_INTERFACE || setup.index === DATA_INTERFACE;
        return isSerial && this.configuration !== 0 ? handler(setup, data) : undefined;
      };
    };
    return {
      // SET_LINE_CODING, GET_LINE_CODING
      8480: ofSerial((_, data) => {
        if (data.length !== LINE_CODING.length) return undefined;
        this.#lineCoding = data.slice();
        return NOTHING;
      }),
      41249: ofSerial(() => this.#lineCoding),
      // SET_CONTROL_LINE_STATE
      8482: ofSerial(({ value }) => {
        this.#effects.terminalReady((value & DTR) !== 0);
        return NOTHING;
      }),
      // SEND_BREAK
      8483: ofSerial(() => (this.#facts.offersBreak ? NOTHING : undefined)),
    };
  }

  #hid(): Record<number, Handler> {
    const ofHid = (handler: Handler): Handler => {
      return (setup, data) =>
        setup.index === HID_INTERFACE && this.#hasInterface(setup.index) ? handler(setup, data) : undefined;
    };
    return {
      // GET_IDLE, GET_PROTOCOL
      41218: ofHid(() => Uint8Array.of(this.#idle)),
      41219: ofHid(() => Uint8Array.of(this.#protocol)),
      // SET_REPORT
      8457: ofHid(({ value }, data) => {
        if (!this.#facts.takesReports || value >> 8 !== OUTPUT_REPORT) return undefined;
        this.#effects.writeReport(data);
        return NOTHING;
      }),
      // SET_IDLE, SET_PROTOCOL
      8458: ofHid(({ value }) => {
        this.#idle = value >> 8;
        return NOTHING;
      }),
      8459: ofHid(({ value }) => {
        this.#protocol = value & 1;
        return NOTHING;
      }),
    };
  }
}
