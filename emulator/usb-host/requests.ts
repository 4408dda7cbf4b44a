/** A control transfer (USB 2.0 §9.3). */
export interface UsbRequest {
  /** bmRequestType: bit 7 set for data to the host. */
  readonly type: number;
  readonly request: number;
  readonly value: number;
  readonly index: number;
  /** Bytes to read at most; of a transfer to the device, those of `data` count. */
  readonly length?: number;
  readonly data?: Uint8Array;
}

/** Types of descriptors (USB 2.0 table 9-5; HID 1.11 §7.1). */
export const DESCRIPTOR = {
  DEVICE: 1,
  CONFIGURATION: 2,
  STRING: 3,
  INTERFACE: 4,
  ENDPOINT: 5,
  HID: 0x21,
  HID_REPORT: 0x22,
} as const;

/** Language identifier of American English, which devices give their strings in. */
const ENGLISH = 0x0409;

/** Returns the eight bytes of the SETUP packet. */
export function setupBytes({ type, request, value, index, length = 0, data }: UsbRequest): Uint8Array {
  const bytes = data?.length ?? length;
  return Uint8Array.of(type, request, value, value >>> 8, index, index >>> 8, bytes, bytes >>> 8);
}

export function getDescriptor(kind: number, number: number, length: number): UsbRequest {
  const index = kind === DESCRIPTOR.STRING && number > 0 ? ENGLISH : 0;
  return { type: 0x80, request: 6, value: (kind << 8) | number, index, length };
}

export function setAddress(address: number): UsbRequest {
  return { type: 0x00, request: 5, value: address, index: 0 };
}

export function setConfiguration(configuration: number): UsbRequest {
  return { type: 0x00, request: 9, value: configuration, index: 0 };
}

/** Ends the halt of an endpoint, whose data toggle then starts at DATA0 (USB 2.0 §9.4.5). */
export function clearHalt(endpointAddress: number): UsbRequest {
  return { type: 0x02, request: 1, value: 0, index: endpointAddress };
}

/** HID 1.11 §7.1.1. */
export function getReportDescriptor(interfaceNumber: number, length: number): UsbRequest {
  return { type: 0x81, request: 6, value: DESCRIPTOR.HID_REPORT << 8, index: interfaceNumber, length };
}

/** Asks for reports only when something changes (HID 1.11 §7.2.4). */
export function setIdle(interfaceNumber: number): UsbRequest {
  return { type: 0x21, request: 0x0a, value: 0, index: interfaceNumber };
}

/** Sends an output report, as for the lights of a keyboard (HID 1.11 §7.2.2). */
export function setReport(interfaceNumber: number, identifier: number, data: Uint8Array): UsbRequest {
  return { type: 0x21, request: 0x09, value: (2 << 8) | identifier, index: interfaceNumber, data };
}

/** 115,200 bit/s, 8 data bits, no parity, one stop bit (CDC PSTN 1.2 §6.3.10). */
export function setLineCoding(interfaceNumber: number, bitsPerSecond = 115_200): UsbRequest {
  const data = new Uint8Array(7);
  new DataView(data.buffer).setUint32(0, bitsPerSecond, true);
  data[6] = 8;
  return { type: 0x21, request: 0x20, value: 0, index: interfaceNumber, data };
}

/** DTR and RTS both (CDC PSTN 1.2 §6.3.12). */
export function setControlLineState(interfaceNumber: number, isOpen: boolean): UsbRequest {
  return { type: 0x21, request: 0x22, value: isOpen ? 3 : 0, index: interfaceNumber };
}
