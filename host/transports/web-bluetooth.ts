import { FobError } from '../errors.ts';
import { BLUETOOTH_CONNECT_TIMEOUT_MS, BLUETOOTH_WRITE_BYTES } from '../limits.ts';
import { inOrder } from './in-order.ts';
import { type Pipe, pipe } from './pipe.ts';
import type { Transport } from './transport.ts';
import { type EventSource, exceptionName, hasItOpen, whyNotChosen } from './web.ts';

/** The part in use of a Web Bluetooth device (WICG, `BluetoothDevice`). */
export interface WebBluetoothDevice extends EventSource<'gattserverdisconnected', unknown> {
  readonly gatt?: WebBluetoothServer | undefined;
}

/** `BluetoothRemoteGATTServer`; `connected` is true while this page has it connected. */
export interface WebBluetoothServer {
  readonly connected: boolean;
  connect(): Promise<unknown>;
  disconnect(): void;
  getPrimaryService(uuid: string): Promise<WebBluetoothService>;
}

export interface WebBluetoothService {
  getCharacteristic(uuid: string): Promise<WebBluetoothCharacteristic>;
}

/** `BluetoothRemoteGATTCharacteristic`. */
export interface WebBluetoothCharacteristic extends EventSource<'characteristicvaluechanged', unknown> {
  /** The last notified value. */
  readonly value?: WebBluetoothValue | undefined;
  startNotifications(): Promise<unknown>;
  writeValueWithoutResponse(bytes: Uint8Array): Promise<void>;
}

export interface WebBluetoothValue {
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  readonly byteLength: number;
}

/** The part in use of `navigator.bluetooth`. */
export interface WebBluetooth {
  requestDevice(options: {
    readonly filters: readonly { readonly namePrefix?: string; readonly services?: readonly string[] }[];
    readonly optionalServices: readonly string[];
  }): Promise<WebBluetoothDevice>;
}

/** The Nordic UART service of Espruino, its characteristic for writing, and the one that notifies. */
const UART = '6e400001-b5a3-f393-e0a9-e50e24dcca9e';
const TO_FOB = '6e400002-b5a3-f393-e0a9-e50e24dcca9e';
const FROM_FOB = '6e400003-b5a3-f393-e0a9-e50e24dcca9e';
const NAME = 'Web Bluetooth';

/**
 * Asks the user, by the browser, for a watch; only after a click or a key. Browsers remember no choice from page to
 * page, so there is no way to ask for one that was granted before.
 * @throws FobError `cancelled` if none was chosen or the computer has no Bluetooth, `port-forbidden` if the browser does
 * not ask
 */
export async function chooseWebBluetooth(bluetooth: WebBluetooth): Promise<WebBluetoothDevice> {
  const filters = [{ namePrefix: 'Bangle.js' }, { services: [UART] }];
  return await bluetooth.requestDevice({ filters, optionalServices: [UART] }).catch((cause: unknown) => {
    throw whyNotChosen(cause);
  });
}

/**
 * Connects to a watch that the user has chosen on this page. It may be opened again after it was lost.
 * @throws FobError `port-busy` if this page has it open, `port-failed`
 */
export async function openWebBluetooth(device: WebBluetoothDevice): Promise<Transport> {
  const { gatt } = device;
  if (gatt === undefined) throw openFailure();
  // A second opening would succeed, and both would receive the answers to either.
  if (gatt.connected) throw hasItOpen();
  try {
    return await inTime(carry(device, gatt));
  } catch (cause) {
    gatt.disconnect();
    throw openFailure(cause);
  }
}

async function carry(device: WebBluetoothDevice, gatt: WebBluetoothServer): Promise<Transport> {
  await gatt.connect();
  const service = await gatt.getPrimaryService(UART);
  const [toFob, fromFob] = await Promise.all([TO_FOB, FROM_FOB].map(uuid => service.getCharacteristic(uuid)));
  if (toFob === undefined || fromFob === undefined) throw new Error('the service lacks a characteristic');

  const unplugged = (cause?: unknown) => new FobError('unplugged', { subject: NAME, cause });
  const leave = () => lost(unplugged());
  const hear = () => {
    const { value } = fromFob;
    if (value) receive(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  };
  const writeAll = async (text: string) => {
    const bytes = Uint8Array.from(text, char => char.charCodeAt(0));
    for (let at = 0; at < bytes.length; at += BLUETOOTH_WRITE_BYTES)
      await toFob.writeValueWithoutResponse(bytes.subarray(at, at + BLUETOOTH_WRITE_BYTES));
  };
  const { transport, receive, lost }: Pipe = pipe({
    name: NAME,
    packetChars: BLUETOOTH_WRITE_BYTES,
    write: inOrder(writeAll, unplugged),
    async release() {
      fromFob.removeEventListener('characteristicvaluechanged', hear);
      device.removeEventListener('gattserverdisconnected', leave);
      gatt.disconnect();
    },
  });
  fromFob.addEventListener('characteristicvaluechanged', hear);
  device.addEventListener('gattserverdisconnected', leave);
  await fromFob.startNotifications().catch(async (cause: unknown) => {
    await transport.close();
    throw cause;
  });
  return transport;
}

/** Some systems look for a device that is not near without an end. */
async function inTime<T>(opening: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the watch does not answer')), BLUETOOTH_CONNECT_TIMEOUT_MS);
  });
  return await Promise.race([opening, late]).finally(() => clearTimeout(timer));
}

function openFailure(cause?: unknown): FobError {
  return new FobError('port-failed', {
    sentence:
      exceptionName(cause) === 'NotFoundError'
        ? 'The Bluetooth device has no Nordic UART service.'
        : 'The browser cannot connect to the watch.',
    next: 'Bring the watch near, end other connections to it (pages, programs, other computers), then try again.',
    cause,
  });
}
