import { DESCRIPTOR } from './requests.ts';

/** An endpoint (USB 2.0 §9.6.6). */
export interface UsbEndpoint {
  /** Bit 7 set for IN. */
  readonly address: number;
  readonly kind: 'control' | 'isochronous' | 'bulk' | 'interrupt';
  readonly packetBytes: number;
  /** bInterval: ms between two polls of an interrupt endpoint. */
  readonly interval: number;
}

/** An interface (USB 2.0 §9.6.5); alternate settings but the first are left out. */
export interface UsbInterface {
  readonly number: number;
  readonly class: number;
  readonly subclass: number;
  readonly protocol: number;
  readonly endpoints: readonly UsbEndpoint[];
  /** Bytes of the report descriptor that a HID interface says it has (HID 1.11 §6.2.1). */
  readonly reportDescriptorBytes?: number;
}

export interface UsbConfiguration {
  /** bConfigurationValue */
  readonly value: number;
  readonly interfaces: readonly UsbInterface[];
}

/** What a device says of itself (USB 2.0 §9.6.1). */
export interface UsbDeviceFacts {
  readonly vendor: number;
  readonly product: number;
  readonly release: number;
  readonly class: number;
  /** bMaxPacketSize0 */
  readonly packetBytes: number;
  /** Indexes of the strings; 0 where there is none. */
  readonly strings: { readonly manufacturer: number; readonly product: number; readonly serial: number };
}

const KINDS = ['control', 'isochronous', 'bulk', 'interrupt'] as const;
const DEVICE_LENGTH = 18;

function little(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

/** Reads a device descriptor. Returns undefined unless it is whole. */
export function parseDevice(bytes: Uint8Array): UsbDeviceFacts | undefined {
  if (bytes.length < DEVICE_LENGTH || bytes[1] !== DESCRIPTOR.DEVICE) return undefined;
  return {
    vendor: little(bytes, 8),
    product: little(bytes, 10),
    release: little(bytes, 12),
    class: bytes[4] ?? 0,
    packetBytes: bytes[7] ?? 0,
    strings: { manufacturer: bytes[14] ?? 0, product: bytes[15] ?? 0, serial: bytes[16] ?? 0 },
  };
}

/** Reads a configuration with its interfaces and endpoints. Returns undefined if a descriptor is broken off. */
export function parseConfiguration(bytes: Uint8Array): UsbConfiguration | undefined {
  if (bytes.length < 9 || bytes[1] !== DESCRIPTOR.CONFIGURATION || little(bytes, 2) !== bytes.length)
    return undefined;
  const interfaces: (UsbInterface & { endpoints: UsbEndpoint[]; reportDescriptorBytes?: number })[] = [];
  let isAlternate = false;
  for (let at = 0; at < bytes.length; at += bytes[at] ?? 0) {
    const length = bytes[at] ?? 0;
    const part = bytes.subarray(at, at + length);
    if (length < 2 || part.length < length) return undefined;
    const [, kind = 0, third = 0, fourth = 0] = part;
    if (kind === DESCRIPTOR.INTERFACE) {
      isAlternate = fourth !== 0;
      const [, , , , , ofClass = 0, subclass = 0, protocol = 0] = part;
      if (!isAlternate) interfaces.push({ number: third, class: ofClass, subclass, protocol, endpoints: [] });
    }
    const last = interfaces.at(-1);
    if (isAlternate || last === undefined) continue;
    if (kind === DESCRIPTOR.HID) last.reportDescriptorBytes = little(part, 7);
    if (kind === DESCRIPTOR.ENDPOINT) last.endpoints.push(endpointOf(part));
  }
  return { value: bytes[5] ?? 0, interfaces };
}

function endpointOf(part: Uint8Array): UsbEndpoint {
  const kind = KINDS[(part[3] ?? 0) & 3] ?? 'control';
  const packetBytes = little(part, 4) & 0x7ff;
  return { address: part[2] ?? 0, kind, packetBytes, interval: Math.max(1, part[6] ?? 0) };
}

/** Reads a string descriptor (USB 2.0 §9.6.7). */
export function parseString(bytes: Uint8Array): string {
  let text = '';
  for (let at = 2; at + 1 < Math.min(bytes.length, bytes[0] ?? 0); at += 2)
    text += String.fromCharCode(little(bytes, at));
  return text;
}
