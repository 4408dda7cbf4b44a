import { connect, type Socket } from 'node:net';
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';

/** Chromium hides Web Bluetooth on Linux without this. */
export const WEB_BLUETOOTH = '--enable-features=WebBluetooth';

const ADDRESS = '09:09:09:09:09:09';
const UART = '6e400001-b5a3-f393-e0a9-e50e24dcca9e';
const TO_FOB = '6e400002-b5a3-f393-e0a9-e50e24dcca9e';
const FROM_FOB = '6e400003-b5a3-f393-e0a9-e50e24dcca9e';
const CLIENT_CONFIGURATION = '00002902-0000-1000-8000-00805f9b34fb';
/** Connection Failed to be Established (Core Specification Vol 1 Part F §1.3). */
const NOT_ESTABLISHED = 0x3e;
/** A watch notifies as much at once as the smallest connection carries. */
const NOTIFIED_BYTES = 20;

/**
 * Chromium's own emulation of a Bluetooth device near its computer, with a simulated fob behind it: the browser's whole
 * stack but the radio. It emulates no notifications, so the page reads each value as soon as there is one, which fires
 * the same event with the same value.
 */
export class EmulatedWatch {
  /** Lengths of the values that the page wrote. */
  readonly written = new Set<number>();
  /** Whether the computer can connect to it. */
  isNear = true;
  /** Whether the person finds the watch in the list of the browser, or closes the list. */
  isChosen = true;
  private readonly browser: CDPSession;
  private readonly page: Page;
  private readonly fob: Socket;
  private unread = Buffer.alloc(0);
  private isReading = false;
  private isClosed = false;
  private fromFob = '';

  private constructor(browser: CDPSession, page: Page, fob: Socket) {
    this.browser = browser;
    this.page = page;
    this.fob = fob;
  }

  /** @param tcp the wire of a simulated fob, `tcp:127.0.0.1:PORT` */
  static async near(
    browser: Browser,
    context: BrowserContext,
    page: Page,
    tcp: string,
  ): Promise<EmulatedWatch> {
    const fob = connect(Number(tcp.split(':').at(-1)), '127.0.0.1');
    const watch = new EmulatedWatch(await browser.newBrowserCDPSession(), page, fob);
    await context.addInitScript(() => {
      const { prototype } = window.BluetoothRemoteGATTCharacteristic;
      const { startNotifications } = prototype;
      prototype.startNotifications = function (this: Notifying) {
        window.readsWatch = () => this.readValue().catch(() => undefined);
        return startNotifications.call(this);
      };
    });
    await watch.start(await context.newCDPSession(page));
    fob.on('data', bytes => {
      watch.unread = Buffer.concat([watch.unread, bytes]);
      void watch.notify();
    });
    return watch;
  }

  private async start(page: CDPSession): Promise<void> {
    const { browser } = this;
    browser.on('BluetoothEmulation.gattOperationReceived', ({ type }) => void this.operated(type));
    browser.on('BluetoothEmulation.characteristicOperationReceived', event => {
      if (event.type === 'write') this.write(Buffer.from(event.data ?? '', 'base64'));
      const value = event.type === 'read' ? this.taken() : undefined;
      void this.say('simulateCharacteristicOperationResponse', {
        characteristicId: event.characteristicId,
        type: event.type,
        code: 0,
        ...(value && { data: value.toString('base64') }),
      });
    });
    // Chromium asks again when it learns the name of the device, and ends when it gets two answers.
    let answered = '';
    page.on('DeviceAccess.deviceRequestPrompted', ({ id, devices: [device] }) => {
      if (id === answered || device === undefined) return;
      answered = id;
      if (this.isChosen) void page.send('DeviceAccess.selectPrompt', { id, deviceId: device.id });
      else void page.send('DeviceAccess.cancelPrompt', { id });
    });
    await page.send('DeviceAccess.enable');
    await browser.send('BluetoothEmulation.enable', { state: 'powered-on', leSupported: true });
    await browser.send('BluetoothEmulation.simulatePreconnectedPeripheral', {
      address: ADDRESS,
      name: 'Bangle.js 0102',
      manufacturerData: [],
      knownServiceUuids: [UART],
    });
  }

  private async operated(type: 'connection' | 'discovery'): Promise<void> {
    if (type === 'discovery' && this.fromFob === '') await this.addService();
    const code = this.isNear ? 0 : NOT_ESTABLISHED;
    await this.say('simulateGATTOperationResponse', { address: ADDRESS, type, code });
  }

  private async addService(): Promise<void> {
    const { browser } = this;
    const { serviceId } = await browser.send('BluetoothEmulation.addService', {
      address: ADDRESS,
      serviceUuid: UART,
    });
    await browser.send('BluetoothEmulation.addCharacteristic', {
      serviceId,
      characteristicUuid: TO_FOB,
      properties: { write: true, writeWithoutResponse: true },
    });
    const { characteristicId } = await browser.send('BluetoothEmulation.addCharacteristic', {
      serviceId,
      characteristicUuid: FROM_FOB,
      properties: { notify: true, read: true },
    });
    this.fromFob = characteristicId;
    await browser.send('BluetoothEmulation.addDescriptor', {
      characteristicId,
      descriptorUuid: CLIENT_CONFIGURATION,
    });
  }

  private write(value: Buffer): void {
    this.written.add(value.length);
    this.fob.write(value);
  }

  private taken(): Buffer {
    const value = this.unread.subarray(0, NOTIFIED_BYTES);
    this.unread = this.unread.subarray(value.length);
    return value;
  }

  private async notify(): Promise<void> {
    if (this.isReading) return;
    this.isReading = true;
    while (this.unread.length > 0) {
      // A page that has gone, or has no connection, loses what is notified.
      await this.page.evaluate(() => window.readsWatch?.()).catch(() => undefined);
      if (this.isClosed) break;
    }
    this.isReading = false;
  }

  /** The watch leaves the room: the connection ends, and none is possible until it is near again. */
  async leave(): Promise<void> {
    this.isNear = false;
    await this.say('simulateGATTDisconnection', { address: ADDRESS });
    // Chromium forgets its services.
    this.fromFob = '';
    this.unread = Buffer.alloc(0);
  }

  close(): void {
    this.isClosed = true;
    this.fob.destroy();
  }

  /** The browser may end meanwhile. */
  private async say<N extends keyof Said>(name: N, parameters: Said[N]): Promise<void> {
    await this.browser.send(`BluetoothEmulation.${name}`, parameters as never).catch(() => undefined);
  }
}

interface Said {
  simulateGATTOperationResponse: { address: string; type: 'connection' | 'discovery'; code: number };
  simulateCharacteristicOperationResponse: {
    characteristicId: string;
    type: string;
    code: number;
    data?: string;
  };
  simulateGATTDisconnection: { address: string };
}

interface Notifying {
  readValue(): Promise<unknown>;
  startNotifications(): Promise<unknown>;
}

declare const window: {
  readonly BluetoothRemoteGATTCharacteristic: { readonly prototype: Notifying };
  readsWatch?: () => Promise<unknown>;
};
