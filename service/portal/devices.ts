import type { OpenedFob } from 'passfob/activation/relay-options';
import { isFobError } from 'passfob/errors';
import {
  chooseWebBluetooth,
  openWebBluetooth,
  type WebBluetooth,
  type WebBluetoothDevice,
} from 'passfob/transports/web-bluetooth';
import {
  chooseWebHid,
  grantedWebHid,
  openWebHid,
  type WebHid,
  type WebHidDevice,
} from 'passfob/transports/web-hid';
import {
  chooseWebSerial,
  grantedWebSerial,
  openWebSerial,
  type WebSerial,
  type WebSerialPort,
} from 'passfob/transports/web-serial';
import { texts } from './dom.ts';

/** The optional device APIs of a browser, with their events for new devices. */
interface Browser {
  readonly serial?: WebSerial & EventTarget;
  readonly hid?: WebHid & EventTarget;
  readonly bluetooth?: WebBluetooth;
}

const { serial, hid, bluetooth } = navigator as Navigator & Browser;

/** The ways to a fob, each with a list of its own in the browser. */
export const WAYS = ['serial', 'hid', 'bluetooth'] as const;
export type Way = (typeof WAYS)[number];

/** Whether this browser lets a page reach a fob. */
export const canOpen: Readonly<Record<Way, boolean>> = {
  serial: serial !== undefined,
  hid: hid !== undefined,
  bluetooth: bluetooth !== undefined,
};

/** A port or device for which the user has given this page permission. */
export interface Device {
  /** The browser's own object for it, always the same one. */
  readonly source: object;
  open(): Promise<OpenedFob>;
}

/** Makes the browser ask for a fob; works only in response to a click. @throws FobError */
export async function chooseDevice(by: Way): Promise<Device> {
  if (by === 'serial' && serial !== undefined) return atPort(await chooseWebSerial(serial));
  if (by === 'hid' && hid !== undefined) return atHid(hid, await chooseWebHid(hid));
  if (by === 'bluetooth' && bluetooth !== undefined) return atWatch(await chooseWebBluetooth(bluetooth));
  throw new Error('the browser has no such devices');
}

/**
 * Returns the permitted devices that are plugged in now. HID devices come first: a board that carries frames by HID
 * also has a serial port, which is silent. Of watches a browser gives none without a question.
 */
export async function givenDevices(): Promise<Device[]> {
  const devices = hid === undefined ? [] : (await grantedWebHid(hid)).map(device => atHid(hid, device));
  if (serial === undefined) return devices;
  return [...devices, ...(await grantedWebSerial(serial)).map(atPort)];
}

/** Calls back whenever a permitted device is plugged in. Returns a function that stops this. */
export function onDevice(listener: () => void): () => void {
  const sources = [serial, hid].filter(source => source !== undefined);
  for (const source of sources) (source as EventTarget).addEventListener('connect', listener);
  return () => {
    for (const source of sources) (source as EventTarget).removeEventListener('connect', listener);
  };
}

/** Returns the page's text for why no fob was chosen or opened. */
export function deviceProblem(error: unknown): string {
  const { problems } = texts;
  if (isFobError(error, 'cancelled')) return problems.notChosen;
  if (isFobError(error, 'port-busy')) return problems.busy;
  return isFobError(error, 'port-forbidden') ? problems.forbidden : problems.failed;
}

function atPort(port: WebSerialPort): Device {
  return { source: port, open: async () => ({ transport: await openWebSerial(port), port: 'serial' }) };
}

function atHid(from: WebHid, device: WebHidDevice): Device {
  return { source: device, open: async () => ({ transport: await openWebHid(from, device), port: 'hid' }) };
}

function atWatch(watch: WebBluetoothDevice): Device {
  return {
    source: watch,
    open: async () => ({ transport: await openWebBluetooth(watch), port: 'bluetooth' }),
  };
}
