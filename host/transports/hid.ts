import { fromReport } from '@passfob/protocol/reports';
import type { HIDAsync } from 'node-hid';
import { FobError } from '../errors.ts';
import { formOf, type HidForm } from './hid-forms.ts';
import { inOrder } from './in-order.ts';
import { cannotLoad } from './native-part.ts';
import { openFailure } from './open-failure.ts';
import { pipe } from './pipe.ts';
import { ownersOf } from './port-owners.ts';
import type { Transport } from './transport.ts';

/** A HID device that carries frames. */
export interface HidDevice {
  readonly path: string;
  /** `0483:5740`, lower case; a watch has `0000:0000`. */
  readonly usbId: string;
  /** The USB serial number or Bluetooth address, only a hint: it belongs to the board, not the fob. */
  readonly serialNumber: string | undefined;
  readonly form: HidForm;
}

/**
 * Lists this machine's HID devices that carry frames.
 * @throws FobError `port-failed` if node-hid cannot be loaded
 */
export async function listHidDevices(): Promise<HidDevice[]> {
  const { devicesAsync } = await nodeHid();
  const found = await devicesAsync().catch((cause: unknown) => {
    throw cannotLoad('node-hid', cause);
  });
  // hidapi lists a device once for each top-level collection; the keyboard's is not used.
  return found.flatMap(({ path, vendorId, productId, serialNumber, usagePage, usage }) => {
    const form = formOf(usagePage, usage);
    if (path === undefined || form === undefined) return [];
    return [{ path, usbId: `${hex(vendorId)}:${hex(productId)}`, serialNumber, form }];
  });
}

const hex = (id: number) => id.toString(16).padStart(4, '0');

/**
 * Opens a fob's HID device. The system would allow several programs; this refuses the second.
 * @param name its system path (`/dev/hidraw0`), or its serial number: a Bluetooth device's is its address
 * @throws FobError `port-absent`, `port-busy`, `port-forbidden`, `port-failed`
 */
export async function openHid(name: string): Promise<Transport> {
  const devices = await listHidDevices();
  const found = devices.find(({ path, serialNumber }) => path === name || serialNumber === name);
  const subject = `hid:${name}`;
  if (found === undefined) throw new FobError('port-absent', { subject });
  const owners = await ownersOf(found.path);
  if (owners.length > 0) throw openFailure(subject, 'resource busy', owners);
  const { HIDAsync } = await nodeHid();
  const device = await HIDAsync.open(found.path).catch((cause: Error) => {
    throw openFailure(subject, cause);
  });
  return carry(subject, device, found.form);
}

function carry(name: string, device: HIDAsync, form: HidForm): Transport {
  const { reportId, outputId, packetChars, encode } = form;
  const unplugged = (cause: unknown) => new FobError('unplugged', { subject: name, cause });
  const writeAll = async (text: string) => {
    for (const report of encode(text)) await device.write([outputId, ...report]);
  };
  const { transport, receive, lost } = pipe({
    name,
    ...(packetChars !== undefined && { packetChars }),
    write: inOrder(writeAll, unplugged),
    release: () => device.close(),
  });
  // One permanent listener: node-hid starts its reading thread with the first listener and stops it with the last.
  device.on('data', (report: Uint8Array) => {
    const text = report[0] === reportId ? fromReport(report.subarray(1)) : undefined;
    if (text) receive(Uint8Array.from(text, char => char.charCodeAt(0)));
  });
  // node-hid emits a string, not an Error.
  device.on('error', (cause: unknown) => lost(unplugged(cause)));
  return transport;
}

/** Loaded on demand: node-hid links libraries that a machine with only serial fobs may lack. */
async function nodeHid(): Promise<typeof import('node-hid')> {
  return await import('node-hid').catch((cause: unknown) => {
    throw cannotLoad('node-hid', cause);
  });
}
