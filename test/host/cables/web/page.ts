import {
  type Client,
  chooseWebHid,
  chooseWebSerial,
  connect,
  openWebHid,
  openWebSerial,
  pairingCode,
  pairingKey,
  readPairingCode,
  type WebHid,
  type WebSerial,
} from '../../../../host/client/browser.ts';
import { HidOfBrowser } from './hid.ts';
import { SerialOfBrowser } from './serial.ts';
import { bytesOf, textOf, type Wire } from './wire.ts';

/** What is used of a browser's WebSocket: types of its pages are not among those of the tests. */
interface Socket {
  binaryType: string;
  onopen: () => void;
  onmessage: (event: { readonly data: ArrayBuffer }) => void;
  send(bytes: Uint8Array): void;
}

const page = globalThis as unknown as {
  readonly WebSocket: new (url: string) => Socket;
  readonly navigator: { readonly serial: WebSerial; readonly hid: WebHid };
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
let client: Client;

/** What the test has the page do: the steps of a page that pairs a fob at a browser's port. */
page.passfobPage = {
  async open(carrier: 'serial' | 'hid', url: string) {
    const wire = await wireTo(url);
    const value = carrier === 'serial' ? new SerialOfBrowser(wire) : new HidOfBrowser(wire);
    Object.defineProperty(page.navigator, carrier, { value });
    const { serial, hid } = page.navigator;
    client = connect(
      carrier === 'serial'
        ? await openWebSerial(await chooseWebSerial(serial))
        : await openWebHid(hid, await chooseWebHid(hid)),
    );
    const { serial: name, state } = await client.hello();
    await client.startPairing();
    return { serial: name, state };
  },
  async pair(typed: string) {
    await client.openSession(pairingCode(readPairingCode(typed) ?? ''));
    const key = random(32);
    await client.call('adopt', { deviceSecret: random(32), pairingKey: key, entropy: random(32) });
    const { serial, state } = await client.hello();
    await client.openSession(pairingKey(key));
    const { accounts } = await client.call('info', {});
    await client.close();
    return { serial, state, accounts };
  },
};
