import type { OpenedFob } from 'passfob/activation/relay-options';
import { isFobError } from 'passfob/errors';
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

/** What a browser has, where it has it, and tells of devices that come. */
interface Browser {
  readonly serial?: WebSerial & EventTarget;
  readonly hid?: WebHid & EventTarget;
}

const { serial, hid } = navigator as Navigator & Browser;

/** Whether this browser lets a page reach a fob at all. */
export const canOpen = { serial: serial !== undefined, hid: hid !== undefined };

/** A port or device that the person has given to this page. */
export interface Device {
  /** The browser's own object for it, the same one each time. */
  readonly source: object;
  open(): Promise<OpenedFob>;
}

/** Has the browser ask for a fob; only in answer to a click. @throws FobError */
export async function chooseDevice(by: 'serial' | 'hid'): Promise<Device> {
  if (by === 'serial' && serial !== undefined) return atPort(await chooseWebSerial(serial));
  if (by === 'hid' && hid !== undefined) return atHid(hid, await chooseWebHid(hid));
  throw new Error('the browser has no such devices');
}

/**
 * What was given to this page before and is plugged in now. HID devices first: a board that carries frames by HID has a
 * serial port as well, which is silent.
 */
export async function givenDevices(): Promise<Device[]> {
  const devices = hid === undefined ? [] : (await grantedWebHid(hid)).map(device => atHid(hid, device));
  if (serial === undefined) return devices;
  return [...devices, ...(await grantedWebSerial(serial)).map(atPort)];
}

/** Calls back whenever a device comes that was given to this page before. Returns the function that ends it. */
export function onDevice(listener: () => void): () => void {
  const sources = [serial, hid].filter(source => source !== undefined);
  for (const source of sources) (source as EventTarget).addEventListener('connect', listener);
  return () => {
    for (const source of sources) (source as EventTarget).removeEventListener('connect', listener);
  };
}

/** Why no fob was chosen or opened, in the words of the page. */
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
