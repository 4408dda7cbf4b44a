import type { OpenedFob } from '../activation/relay-options.ts';
import { isFobError } from '../errors.ts';
import {
  chooseWebHid,
  grantedWebHid,
  openWebHid,
  type WebHid,
  type WebHidDevice,
} from '../transports/web-hid.ts';
import {
  chooseWebSerial,
  grantedWebSerial,
  openWebSerial,
  type WebSerial,
  type WebSerialPort,
} from '../transports/web-serial.ts';
import { texts } from './dom.ts';

/** What a browser has, where it has it, and tells of devices that come. */
interface Browser {
  readonly serial?: WebSerial & EventTarget;
  readonly hid?: WebHid & EventTarget;
}

const { serial, hid } = navigator as Navigator & Browser;

/** Whether this browser lets a page reach a fob at all. */
export const canReach = { serial: serial !== undefined, hid: hid !== undefined };

/** A port or device that the person has given to this page. */
export interface Device {
  open(): Promise<OpenedFob>;
}

/** Has the browser ask for a fob; only in answer to a click. @throws FobError */
export async function chooseDevice(by: 'serial' | 'hid'): Promise<Device> {
  if (by === 'serial' && serial !== undefined) return atPort(await chooseWebSerial(serial));
  if (by === 'hid' && hid !== undefined) return atHid(hid, await chooseWebHid(hid));
  throw new Error('the browser has no such devices');
}

/** What was given to this page before and is plugged in now. */
export async function givenDevices(): Promise<Device[]> {
  const ports = serial === undefined ? [] : (await grantedWebSerial(serial)).map(atPort);
  if (hid === undefined) return ports;
  return [...ports, ...(await grantedWebHid(hid)).map(device => atHid(hid, device))];
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
  return { open: async () => ({ transport: await openWebSerial(port), port: 'serial' }) };
}

function atHid(from: WebHid, device: WebHidDevice): Device {
  return { open: async () => ({ transport: await openWebHid(from, device), port: 'hid' }) };
}
