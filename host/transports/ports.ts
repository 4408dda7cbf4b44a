import { readdir, realpath } from 'node:fs/promises';
import { isFobError } from '../errors.ts';
import { type Address, addressText } from './discover.ts';
import { type HidDevice, listHidDevices } from './hid.ts';
import { serialport } from './serial.ts';
import { ESPRUINO_USB_IDS } from './usb-ids.ts';

export interface PortFound {
  readonly address: Address;
  /** `0483:5740`, lower case, or undefined if the system does not report it. */
  readonly usbId: string | undefined;
  /** Of the board's USB port: a hint which ports belong to one board. The serial in its hello identifies the fob. */
  readonly usbSerial: string | undefined;
  /** Whether the board is of a kind that runs Espruino. */
  readonly isLikely: boolean;
  /** Whether programs of others have the same USB id: then `knock` comes before anything else that is sent. */
  readonly isShared: boolean;
}

/** The system's facts about a serial port. */
export interface SystemPort {
  readonly path: string;
  readonly vendorId?: string | undefined;
  readonly productId?: string | undefined;
  readonly serialNumber?: string | undefined;
}

/** Lists this machine's serial ports and HID devices, those that may have a fob first. */
export async function listPorts(): Promise<PortFound[]> {
  const [serial, hid] = await Promise.all([systemPorts(), hidDevices()]);
  return portsOf(serial, hid, process.platform);
}

/** Lists only those that may have a fob. */
export async function likelyPorts(): Promise<PortFound[]> {
  const [serial, hid] = await Promise.all([
    (await mayHave('tty', /^tty(?:ACM|\w*USB)\d/)) ? systemPorts() : [],
    (await mayHave('hidraw', /^hidraw\d/)) ? hidDevices() : [],
  ]);
  return portsOf(serial, hid, process.platform).filter(({ isLikely }) => isLikely);
}

/** Absent on other systems than Linux, and where its file system is not mounted. */
const LINUX_CLASSES = '/sys/class';

/**
 * Whether the system may have devices of a class with such names. Linux tells at once, while the libraries take a third
 * of a short command's time to load and to ask.
 */
async function mayHave(deviceClass: string, name: RegExp): Promise<boolean> {
  const classes = await readdir(LINUX_CLASSES).catch((): string[] => []);
  if (!classes.includes('tty')) return true;
  if (!classes.includes(deviceClass)) return false;
  const names = await readdir(`${LINUX_CLASSES}/${deviceClass}`).catch(() => undefined);
  return names === undefined || names.some(one => name.test(one));
}

/**
 * Converts findings into ports, likely ones first, and for each board serial before HID, which is slower.
 * @param platform Node's name for it
 */
export function portsOf(
  serial: readonly SystemPort[],
  hid: readonly HidDevice[],
  platform: string,
): PortFound[] {
  const ports = [
    ...serial.map(({ path, vendorId, productId, serialNumber }) => {
      const usbId = vendorId && productId ? `${vendorId}:${productId}`.toLowerCase() : undefined;
      return port({ kind: 'serial', path: callOut(path, platform) }, usbId, serialNumber);
    }),
    ...hid.map(({ path, usbId, serialNumber }) => port({ kind: 'hid', name: path }, usbId, serialNumber)),
  ];
  // macOS has two names for one port, and the list may contain both.
  const once = new Map(ports.map(found => [addressText(found.address), found]));
  return [...once.values()].sort((one, other) => Number(other.isLikely) - Number(one.isLikely));
}

/** The port that a person names, as the system lists it, if it does. */
export async function portNamed(address: Address): Promise<PortFound> {
  const named = namedPort(address);
  if (address.kind !== 'serial') return named;
  // A name such as /dev/serial/by-id/… leads to the listed one; Windows' names are no files.
  const path = await realpath(address.path).catch(() => address.path);
  const listed = portsOf(await systemPorts(), [], process.platform);
  const found = listed.find(one => one.address.kind === 'serial' && one.address.path === path);
  return { ...named, isShared: found?.isShared === true };
}

/** A named port of which nothing is known. */
export const namedPort = (address: Address): PortFound => ({
  address,
  usbId: undefined,
  usbSerial: undefined,
  isLikely: true,
  isShared: false,
});

/** Another vendor's HID device may use the page of frames too, so passfob writes to it only if it was named. */
function port(address: Address, usbId: string | undefined, usbSerial: string | undefined): PortFound {
  const known = ESPRUINO_USB_IDS.find(({ text }) => text === usbId);
  const isLikely = known !== undefined;
  return { address, usbId, usbSerial: usbSerial || undefined, isLikely, isShared: known?.isShared === true };
}

/** On macOS opening `/dev/tty.*` waits for a carrier, which boards do not raise; `/dev/cu.*` is the same port. */
function callOut(path: string, platform: string): string {
  return platform === 'darwin' ? path.replace(/^\/dev\/tty\./, '/dev/cu.') : path;
}

/** Without HID, serial ports still work; `passfob doctor` reports what is missing. */
async function hidDevices(): Promise<HidDevice[]> {
  try {
    return await listHidDevices();
  } catch (error) {
    if (isFobError(error, 'port-failed')) return [];
    throw error;
  }
}

/** serialport runs `udevadm`, which a small Linux machine lacks; then the names in /dev are used. */
async function systemPorts(): Promise<SystemPort[]> {
  try {
    const { SerialPort } = await serialport();
    return await SerialPort.list();
  } catch {
    const names = await readdir('/dev').catch(() => []);
    return names.filter(name => /^tty(ACM|USB)\d+$/.test(name)).map(name => ({ path: `/dev/${name}` }));
  }
}
