import type { UsbIds } from '../usb-ids.ts';
import {
  HID_INTERVAL_MS,
  NOTIFICATION_BYTES,
  NOTIFICATION_INTERVAL_MS,
  PACKET_BYTES,
  STRING_DESCRIPTOR_MAX_BYTES,
  SUPPLY_CURRENT_UNITS,
} from './limits.ts';

/** Interface Association: class, subclass and protocol of a device whose functions span interfaces (USB ECN IAD). */
export const DEVICE_CLASS = [0xef, 0x02, 0x01] as const;

export const CONFIGURATION = 1;
export const SERIAL_INTERFACE = 0;
export const DATA_INTERFACE = 1;
export const HID_INTERFACE = 2;

/** Numbers of the endpoints; in both directions if the function has both. */
export const DATA_ENDPOINT = 1;
export const NOTIFICATION_ENDPOINT = 2;
export const HID_ENDPOINT = 3;

/** Types of descriptors (USB 2.0 table 9-5, HID 1.11 §7.1). */
export const DEVICE = 1;
export const CONFIGURATION_TYPE = 2;
export const STRING = 3;
const INTERFACE = 4;
const ENDPOINT = 5;
const INTERFACE_ASSOCIATION = 11;
export const HID = 0x21;
export const REPORT = 0x22;
const CS_INTERFACE = 0x24;

const IN = 0x80;
const BULK = 2;
const INTERRUPT = 3;
const ENGLISH_US = 0x0409;

/** Indices of strings. */
const MANUFACTURER = 1;
const PRODUCT = 2;
const SERIAL_NUMBER = 3;

/** Facts of one simulated board for its descriptors. */
export interface DeviceFacts {
  readonly ids: UsbIds;
  readonly product: string;
  readonly serialNumber: string;
  /** Descriptor of the HID interface; undefined if there is none. */
  readonly reportDescriptor: Uint8Array | undefined;
  readonly reportBytes: number;
  /** Whether the HID interface has an endpoint for reports from the computer. */
  readonly takesReports: boolean;
  /** Whether the serial port offers the request SEND_BREAK. Espruino's does not. */
  readonly offersBreak: boolean;
}

const word = (value: number) => [value & 0xff, value >> 8];

/** USB 2.0 §9.6.1 */
export function deviceDescriptor({ vendorId, productId, release }: UsbIds): Uint8Array {
  return Uint8Array.of(
    ...[18, DEVICE, ...word(0x0200), ...DEVICE_CLASS, PACKET_BYTES],
    ...[...word(vendorId), ...word(productId), ...word(release)],
    ...[MANUFACTURER, PRODUCT, SERIAL_NUMBER, 1],
  );
}

/** Class, subclass and protocol of each interface, by its number. */
export function interfaceClasses({ reportDescriptor }: DeviceFacts): (readonly [number, number, number])[] {
  const serial = [
    [0x02, 0x02, 0x01],
    [0x0a, 0x00, 0x00],
  ] as const;
  return reportDescriptor ? [...serial, [0x03, 0x00, 0x00]] : [...serial];
}

const endpoint = (address: number, type: number, bytes: number, interval: number) => [
  ...[7, ENDPOINT, address, type],
  ...[...word(bytes), interval],
];

/** Returns the configuration and everything that belongs to it (USB 2.0 §9.6.3). */
export function configurationDescriptor(facts: DeviceFacts): Uint8Array {
  const classes = interfaceClasses(facts);
  const interfaceOf = (number: number, endpoints: number) => [
    ...[9, INTERFACE, number, 0, endpoints],
    ...[...(classes[number] ?? []), 0],
  ];
  const body = [
    ...[8, INTERFACE_ASSOCIATION, SERIAL_INTERFACE, 2, ...(classes[SERIAL_INTERFACE] ?? []), 0],
    ...interfaceOf(SERIAL_INTERFACE, 1),
    // CDC 1.2 §5.2.3: header, call management, union; PSTN 1.2 §5.3.2: abstract control management.
    ...[5, CS_INTERFACE, 0, ...word(0x0110)],
    ...[5, CS_INTERFACE, 1, 0, DATA_INTERFACE],
    ...[4, CS_INTERFACE, 2, facts.offersBreak ? 6 : 2],
    ...[5, CS_INTERFACE, 6, SERIAL_INTERFACE, DATA_INTERFACE],
    ...endpoint(IN | NOTIFICATION_ENDPOINT, INTERRUPT, NOTIFICATION_BYTES, NOTIFICATION_INTERVAL_MS),
    ...interfaceOf(DATA_INTERFACE, 2),
    ...endpoint(DATA_ENDPOINT, BULK, PACKET_BYTES, 0),
    ...endpoint(IN | DATA_ENDPOINT, BULK, PACKET_BYTES, 0),
    ...hidPart(facts, interfaceOf),
  ];
  const total = word(9 + body.length);
  return Uint8Array.of(
    ...[9, CONFIGURATION_TYPE, ...total, classes.length, CONFIGURATION, 0, 0xc0, SUPPLY_CURRENT_UNITS],
    ...body,
  );
}

function hidPart(facts: DeviceFacts, interfaceOf: (number: number, endpoints: number) => number[]): number[] {
  const { reportDescriptor, reportBytes, takesReports } = facts;
  if (!reportDescriptor) return [];
  const out = takesReports ? endpoint(HID_ENDPOINT, INTERRUPT, reportBytes, HID_INTERVAL_MS) : [];
  return [
    ...interfaceOf(HID_INTERFACE, takesReports ? 2 : 1),
    ...hidDescriptor(reportDescriptor),
    ...endpoint(IN | HID_ENDPOINT, INTERRUPT, reportBytes, HID_INTERVAL_MS),
    ...out,
  ];
}

/** HID 1.11 §6.2.1 */
export function hidDescriptor(reportDescriptor: Uint8Array): Uint8Array {
  return Uint8Array.of(9, HID, ...word(0x0111), 0, 1, REPORT, ...word(reportDescriptor.length));
}

/** Returns a string (USB 2.0 §9.6.7), or undefined if there is none of this index. */
export function stringDescriptor(index: number, facts: DeviceFacts): Uint8Array | undefined {
  if (index === 0) return Uint8Array.of(4, STRING, ...word(ENGLISH_US));
  const strings: Readonly<Record<number, string>> = {
    [MANUFACTURER]: facts.ids.manufacturer,
    [PRODUCT]: facts.product,
    [SERIAL_NUMBER]: facts.serialNumber,
  };
  const text = strings[index];
  if (text === undefined) return undefined;
  const characters = Buffer.from(text, 'utf16le').subarray(0, STRING_DESCRIPTOR_MAX_BYTES - 2);
  return Uint8Array.of(2 + characters.length, STRING, ...characters);
}
