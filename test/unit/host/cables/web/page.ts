import {
  type Client,
  chooseWebBluetooth,
  chooseWebHid,
  chooseWebSerial,
  connect,
  grantedWebHid,
  grantedWebSerial,
  openWebBluetooth,
  openWebHid,
  openWebSerial,
  pairingCode,
  pairingKey,
  readPairingCode,
  type Transport,
  type WebBluetooth,
  type WebBluetoothDevice,
  type WebHid,
  type WebSerial,
} from 'passfob/browser';
import { HidOfBrowser } from './hid.ts';
import { SerialOfBrowser } from './serial.ts';
import { bytesOf, textOf, type Wire } from './wire.ts';

/** The used part of a browser's WebSocket: types of its pages are not among those of the tests. */
interface Socket {
  binaryType: string;
  onopen: () => void;
  onmessage: (event: { readonly data: ArrayBuffer }) => void;
  send(bytes: Uint8Array): void;
}

const page = globalThis as unknown as {
  readonly WebSocket: new (url: string) => Socket;
  readonly navigator: { readonly serial: WebSerial; readonly hid: WebHid; readonly bluetooth: WebBluetooth };
  passfobPage: unknown;
};

function wireTo(url: string): Promise<Wire> {
  return new Promise(resolve => {
    const socket = new page.WebSocket(url);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () =>
      resolve({
        send: text => socket.send(bytesOf(text)),
        onText(listener) {
          socket.onmessage = ({ data }) => listener(textOf(new Uint8Array(data)));
        },
      });
  });
}

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const pairingSecret = random(32);
let client: Client;
let transport: Transport;
let watch: WebBluetoothDevice | undefined;

/** Returns the port that the page was allowed, or the one that its person chooses. */
async function opened(carrier: Carrier): Promise<Transport> {
  const { serial, hid, bluetooth } = page.navigator;
  if (carrier === 'bluetooth') {
    watch ??= await chooseWebBluetooth(bluetooth);
    return openWebBluetooth(watch);
  }
  if (carrier === 'serial') {
    const [port] = await grantedWebSerial(serial);
    return openWebSerial(port ?? (await chooseWebSerial(serial)));
  }
  const [device] = await grantedWebHid(hid);
  return openWebHid(hid, device ?? (await chooseWebHid(hid)));
}

/** The steps of a page that pairs a fob at a browser's port; the test calls them. */
const steps = {
  /** Replaces the browser's port by one that leads to a fob over a WebSocket. */
  async standIn(carrier: 'serial' | 'hid', url: string) {
    const wire = await wireTo(url);
    const value = carrier === 'serial' ? new SerialOfBrowser(wire) : new HidOfBrowser(wire);
    Object.defineProperty(page.navigator, carrier, { value });
  },
  /** Returns how many ports the page may open without asking. */
  async granted(carrier: 'serial' | 'hid') {
    const { serial, hid } = page.navigator;
    return (await (carrier === 'serial' ? grantedWebSerial(serial) : grantedWebHid(hid))).length;
  },
  async open(carrier: Carrier) {
    transport = await opened(carrier);
    client = connect(transport);
    const { serial, state } = await client.hello().catch(async (error: unknown) => {
      await client.close();
      throw error;
    });
    return { serial, state };
  },
  async startPairing() {
    await client.startPairing();
  },
  async pair(typed: string) {
    await client.openSession(pairingCode(readPairingCode(typed) ?? ''));
    const keys = { deviceSecret: random(32), pairingKey: pairingSecret, entropy: random(32) };
    await client.call('adopt', keys);
  },
  /** Opens a session with the key that pairing left. */
  async enter() {
    const { serial, state } = await client.hello();
    await client.openSession(pairingKey(pairingSecret));
    const { accounts } = await client.call('info', {});
    return { serial, state, accounts };
  },
  /** Resolves with the reason when the transport closes, or null where the page closed it. */
  closed() {
    return new Promise<string | null>(resolve => transport.onClose(reason => resolve(reason?.kind ?? null)));
  },
  async close() {
    await client.close();
  },
};

export type Carrier = 'serial' | 'hid' | 'bluetooth';
export type PageSteps = typeof steps;
page.passfobPage = steps;
